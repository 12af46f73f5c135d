import GraphIR
import Language
import Quantization
import Training

extension Keyword {
  static let before = Keyword(
    "before", .choice([Choice("prepare", "the float network")]), example: "prepare",
    "with graph: the network before a rewrite")
  static let after = Keyword(
    "after",
    .choice([
      Choice("prepare", "with fake quantization, as QAT trains it"),
      Choice("convert", "with batch norm folded, in integers"),
    ]), example: "prepare", "with graph: the network after a rewrite")
}

/// A place on a network's way to integers.
enum GraphStage {
  case beforePrepare, afterPrepare, afterConvert

  /// Nil where the statement asks for none.
  init?(_ arguments: Arguments) {
    if arguments.has(.before) {
      self = .beforePrepare
    } else if let word = arguments.word(.after) {
      self = word.text == "convert" ? .afterConvert : .afterPrepare
    } else {
      return nil
    }
  }

  var words: String {
    switch self {
    case .beforePrepare: "before prepare"
    case .afterPrepare: "after prepare"
    case .afterConvert: "after convert"
    }
  }

  /// Shows a model's graph at this stage, as the policy has it that the model was made with.
  func step(of entry: ModelEntry, _ name: Word, _ workspace: Workspace) throws -> Plan {
    let float = entry.kind == .float ? entry : workspace.origin(of: entry, kind: .float)
    let trained = entry.kind == .fakeQuantized ? entry : workspace.origin(of: entry, kind: .fakeQuantized)
    switch self {
    case .beforePrepare:
      guard let float else { throw refusal(name, "the float model that it was made from is gone") }
      return table(of: float.graph)
    case .afterPrepare:
      if let trained { return table(ofModel: trained.name) }
      guard let float else { throw refusal(name, "the model that it was made from is gone") }
      let known = entry.details[.policy].flatMap(QuantizationPolicy.init(json:))
      let policy = known ?? QuantizationPolicy()
      let words = policy.settings.map { written($0.name, $0.value) }.joined(separator: ", ")
      return table(
        of: try prepare(float.graph, policy: policy),
        note: (known == nil ? "as qat and ptq prepare it without options: " : "prepared with ") + words)
    case .afterConvert:
      if entry.kind == .integer { return table(ofModel: entry.name) }
      guard entry.kind == .fakeQuantized else {
        throw refusal(name, "its ranges are not known before qat or ptq has quantized it")
      }
      return Plan { workspace, console in
        let model = try workspace.weights(of: entry.name, forLooking: true)
        let integer = try runningTraining(name) { try Training.convert(model) }
        console.put(.table(graphTable(integer.graph)))
        return .done
      }
    }
  }

  private func refusal(_ name: Word, _ reason: String) -> ModelError {
    .noSuchStage(name, stage: words, reason: reason)
  }

  private func table(of graph: Graph, note: String? = nil) -> Plan {
    Plan { _, console in
      if let note { console.note(note) }
      console.put(.table(graphTable(graph)))
      return .done
    }
  }

  /// The graph as a running cell has left it.
  private func table(ofModel name: String) -> Plan {
    Plan { workspace, console in
      console.put(.table(graphTable(try workspace.entry(name).graph)))
      return .done
    }
  }
}
