import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// A session in memory and what its cells said.
final class Scene {
  let store: SessionStore
  let interpreter: Interpreter

  convenience init() throws { try self.init(store: SessionStore(folder: nil)) }

  init(store: SessionStore) throws {
    self.store = store
    interpreter = Interpreter(store: store)
  }

  /// Runs a cell; returns its result and everything it put out.
  ///
  /// `listen` hears each output as it comes.
  @discardableResult
  func run(
    _ source: String, cancellation: Cancellation = Cancellation(), listen: (Output) -> Void = { _ in }
  ) -> (CellResult, [Output]) {
    var outputs: [Output] = []
    let result = interpreter.execute(source, cancellation: cancellation) { output in
      outputs.append(output)
      listen(output)
    }
    return (result, outputs)
  }

  /// The first diagnostic of a cell as a terminal would show it, 100 columns wide.
  func picture(_ source: String) -> String {
    guard let diagnostic = run(source).0.diagnostics.first else { return "" }
    return render(diagnostic, in: SourceFile(source), style: .plain, width: 100)
  }

  /// Puts a model with fresh weights into the session, as if it had been trained.
  func addModel(
    _ name: String, kind: Model.Kind = .float, architecture: Architecture? = .named("qatcnn"), size: Int = 28,
    classes: Int = 10, figures: [String: Double] = [:], details: [String: String] = [:]
  ) throws {
    let network = try #require(architecture)
    let graph = try network.build(Shape(channels: 1, height: size, width: size), classes)
    try store.transaction { transaction in
      _ = try transaction.saveModel(
        name: name, kind: kind, graph: graph, parameters: initialParameters(for: graph, seed: 1),
        figures: figures, details: details)
    }
  }

  /// Everything that undo would bring back, and how many runs came to something, as text that can be compared.
  ///
  /// Of a cell that fails the record of a run stays that failed.
  func state() throws -> String {
    let models = try store.models().map {
      "\($0.name) \($0.version) \($0.object) \($0.figures.sorted { $0.key < $1.key })"
    }
    return "\(models) \(try store.settings().sorted { $0.key < $1.key }) "
      + "\(try store.definitions().sorted { $0.key < $1.key }) \(try store.runs().count { $0.status != .failed })"
  }
}

extension CellResult {
  /// The cell's metrics by name.
  var values: [String: Double] {
    Dictionary(metrics.map { ($0.name, $0.value) }) { _, last in last }
  }
}

extension [Output] {
  /// Texts and notes, one a line.
  var words: String {
    compactMap { output in
      switch output {
      case .text(let text), .drawing(let text), .note(let text), .print(let text): text
      case .measured(let words, _): words.text
      case .table, .metric, .curve, .histogram, .bars, .page, .images, .progress, .diagnostic, .finding: nil
      }
    }.joined(separator: "\n")
  }

  var findings: [Finding] {
    compactMap { output in if case .finding(let finding) = output { finding } else { nil } }
  }

  var tables: [Table] {
    compactMap { output in if case .table(let table) = output { table } else { nil } }
  }
}
