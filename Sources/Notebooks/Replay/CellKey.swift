import Interpreter
import Language

/// Commands whose results follow from the program, the data, the seed and the models that they use alone.
///
/// Those that only look cost nothing to run again; those that list runs or take a cell back depend on more.
private let servedCommands: Set<String> = [
  "train", "distill", "qat", "ptq", "dynamic", "rescale", "convert", "budget", "advise", "sensitivity",
  "compare",
  "evaluate", "diff",
]

/// SHA-256 of all that a program's results follow from in a session as it is; nil where a result can't be served
/// instead of running it.
func cellKey(of program: String, in interpreter: Interpreter, version: String) -> String? {
  let statements = parse(program, vocabulary: Command.vocabulary).statements.map(\.verb.text)
  guard statements.contains(where: servedCommands.contains),
    statements.allSatisfy({ servedCommands.contains($0) || $0 == "model" || $0 == "set" })
  else { return nil }
  let environment = interpreter.environment
  var hash = ContentHash("cell")
  hash.add(version)
  hash.add(programHash(program))
  hash.add(environment.processor.joined(separator: " "))
  hash.add("\(environment.library) \(environment.instructionSet) \(environment.addsByteProductsExactly)")
  hash.add("\(environment.threads)")
  let contents = interpreter.contents
  var reader = NameReader(known: KnownModels(contents))
  for name in reader.read(program).uses.sorted() {
    hash.add(name.key)
    switch name {
    case .model(let model): for content in contents where content.name == model { hash.add(content.hash) }
    case .data:
      guard let data = interpreter.dataInUse else { return nil }
      hash.add(data.words)
      hash.add(data.hash)
    case .seed: hash.add("\(environment.seed)")
    case .precision: hash.add(interpreter.precisionSetting ?? "")
    }
  }
  return hash.digits
}

extension KnownModels {
  /// What a session has.
  init(_ contents: [SessionContent]) {
    for content in contents {
      guard let kind = content.kind else {
        add(content.name, .network)
        continue
      }
      add(content.name, Kind(rawValue: kind) ?? .float, start: content.start)
    }
  }
}

extension CellRecord {
  /// The record as a session keeps it.
  var kept: KeptCell {
    KeptCell(seconds: seconds, metrics: metrics, outputs: outputs, diagnostics: diagnostics)
  }

  /// The record of a cell that was served instead of run.
  init(number: Int, source: String, _ kept: KeptCell) {
    self.init(
      number: number, source: source, seconds: kept.seconds, metrics: kept.metrics, outputs: kept.outputs,
      diagnostics: kept.diagnostics)
  }
}
