import Interpreter
import Language

/// What a program uses of what earlier cells made, and what it makes or changes.
package struct ProgramNames: Equatable, Sendable {
  package var uses: Set<SessionName> = []
  package var defines: Set<SessionName> = []
  /// It takes back what the cell before it that changed something did.
  package var undoes = false
}

/// Reads the names of one program after another.
///
/// A program that can't be bound has no names: it changes nothing.
struct NameReader {
  private(set) var known: KnownModels

  init(known: KnownModels = KnownModels()) { self.known = known }

  mutating func read(_ source: String) -> ProgramNames {
    let program = parse(source, vocabulary: Command.vocabulary)
    let (bound, problems) = bind(program)
    var names = ProgramNames()
    guard problems.isEmpty, !program.diagnostics.contains(where: { $0.severity == .error }) else {
      return names
    }
    for (command, arguments) in bound {
      let statement = self.names(of: command, arguments)
      names.uses.formUnion(statement.uses.subtracting(names.defines))
      names.defines.formUnion(statement.defines)
      names.undoes = names.undoes || statement.undoes
    }
    return names
  }

  /// Goes back to what was known before a cell; for `undo`.
  mutating func restore(_ known: KnownModels) { self.known = known }

  private mutating func names(of command: Command, _ arguments: Arguments) -> ProgramNames {
    var names = ProgramNames(uses: written(arguments))
    switch command.name {
    case "data":
      names.defines = [.data]
      // Only sets that are drawn depend on it; the use is harmless for others, which say no seed.
      if !arguments.has("seed"), arguments.word(at: 0)?.text == "shapes" { names.uses.insert(.seed) }
    case "set": names.defines = settings(arguments)
    case "model":
      if let name = arguments.word(at: 0)?.text {
        names = ProgramNames(defines: [.model(name)])
        known.add(name, .network)
      }
    case "forget":
      if let name = arguments.word(at: 0)?.text {
        names.defines = [.model(name)]
        known.forget(name)
      }
    case "undo": names.undoes = true
    case "help", "explain": names.uses = []
    case "models", "runs": names.uses = known.all
    case "show":
      if let topic = arguments.word(at: 0)?.text {
        if topic == "data" { names.uses.insert(.data) }
        if topic == "run" { names.uses.formUnion(known.all) }
      }
    default: make(command, arguments, &names)
    }
    return names
  }

  private func settings(_ arguments: Arguments) -> Set<SessionName> {
    var names: Set<SessionName> = []
    if arguments.has("seed") { names.insert(.seed) }
    if arguments.has("precision") { names.insert(.precision) }
    return names
  }

  /// Commands that compute with the data: what they start from without being told, and what they make.
  private mutating func make(_ command: Command, _ arguments: Arguments, _ names: inout ProgramNames) {
    names.uses.insert(.data)
    if command.usesSeed, !arguments.has("seed") { names.uses.insert(.seed) }
    if command.usesPrecision(arguments) { names.uses.insert(.precision) }
    guard let made = command.made else {
      if let start = implied(command, arguments) { names.uses.formUnion(start) }
      return
    }
    let source = source(command, arguments)
    if let source { names.uses.insert(.model(source)) }
    guard let name = result(command, arguments, source: source) else { return }
    known.add(name, made, start: source)
    names.defines.insert(.model(name))
  }

  /// What a command that makes nothing looks at where no model is named.
  private func implied(_ command: Command, _ arguments: Arguments) -> Set<SessionName>? {
    // `advise` may take any larger model as a teacher.
    if command.name == "advise" { return known.all }
    guard !arguments.operands.indices.contains(where: { arguments.word(at: $0).map(isKnown) ?? false }) else {
      return nil
    }
    // `compare` alone takes all; a layer alone is that of whichever model has it.
    return known.all
  }

  private func isKnown(_ word: Word) -> Bool { known.name(in: word.text) != nil }

  /// The model that a command works on.
  private func source(_ command: Command, _ arguments: Arguments) -> String? {
    switch command.name {
    case "convert": return arguments.word(at: 0)?.text ?? known.newest(.fakeQuantized)
    case "qat": return studentStart(arguments)
    case "budget":
      let words = arguments.operands.indices.compactMap { arguments.word(at: $0)?.text }
      return words.first { known.kind(of: $0) != nil } ?? known.newest(.float)
    default:
      guard let word = arguments.word(at: 0)?.text, known.knows(word) else { return nil }
      return word
    }
  }

  private func studentStart(_ arguments: Arguments) -> String? {
    if let from = arguments.word("from") { return from }
    let name = (arguments.target ?? arguments.word(at: 0))?.text
    if let name, known.kind(of: name) == .float { return name }
    if let teacher = teachers(arguments).first { return teacher }
    if let before = name.flatMap({ known.starts[$0] }), known.kind(of: before) == .float { return before }
    return known.newest(.float)
  }

  private func result(_ command: Command, _ arguments: Arguments, source: String?) -> String? {
    if let target = arguments.target { return target.text }
    switch command.name {
    case "budget": return nil
    case "convert": return source.map { $0 + "-int8" }
    case "ptq", "dynamic", "rescale":
      let suffix = ["ptq": "-ptq", "dynamic": "-dynamic", "rescale": "-wide"][command.name] ?? ""
      return source.map { $0 + suffix }
    default: return arguments.word(at: 0)?.text
    }
  }
}

// What is written in a statement.
extension NameReader {
  /// Known models and networks that operands and options name.
  private func written(_ arguments: Arguments) -> Set<SessionName> {
    var words = arguments.operands.indices.compactMap { arguments.word(at: $0)?.text }
    if let from = arguments.word("from") { words.append(from) }
    if arguments.verb.text == "qat" { words.removeFirst(arguments.word(at: 0) == nil ? 0 : 1) }
    return Set((words + teachers(arguments)).compactMap { known.name(in: $0).map(SessionName.model) })
  }

  /// First arguments of the calls behind `with`.
  private func teachers(_ arguments: Arguments) -> [String] {
    arguments.clauses.values.flatMap { written -> [String] in
      guard case .calls(let calls) = written.value else { return [] }
      return calls.compactMap { call in
        guard case .name(let word)? = call.arguments.first(where: { $0.label == nil })?.value else {
          return nil
        }
        return word.text
      }
    }
  }
}

extension Arguments {
  fileprivate func has(_ keyword: String) -> Bool { clauses[keyword] != nil }

  fileprivate func word(_ keyword: String) -> String? {
    if case .word(let word)? = clauses[keyword]?.value { word.text } else { nil }
  }
}

extension Command {
  /// The kind of model that it makes; nil where it only looks.
  fileprivate var made: KnownModels.Kind? {
    switch name {
    case "train", "distill", "rescale": .float
    case "qat", "budget": .fakeQuantized
    case "ptq", "convert": .integer
    case "dynamic": .dynamic
    default: nil
    }
  }

  /// Something in it is chosen at random.
  fileprivate var usesSeed: Bool {
    ["train", "distill", "ptq", "rescale", "qat", "budget", "sensitivity", "advise", "compare", "histogram"]
      .contains(name)
  }

  fileprivate func usesPrecision(_ arguments: Arguments) -> Bool {
    ["train", "qat", "advise"].contains(name) || (name == "budget" && arguments.target != nil)
  }
}
