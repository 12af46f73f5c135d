import GraphIR
import Quantization
import Training

/// Cells that show a cause, and cells that make the model anew without it; the best first.
///
/// Which of them can be run is for the session to say.
struct WhyRepairs {
  var subject: WhySubject
  var workspace: Workspace
  var data: ChosenData

  private var origin: String { subject.reference.name }

  /// The name of the repaired model: one that is free.
  private var result: String {
    let usual = subject.entry.name.split(separator: "@").first.map(String.init) ?? origin
    return (1...).lazy.map { $0 == 1 ? usual + "-repaired" : usual + "-repaired\($0)" }
      .first { workspace.model(named: $0) == nil } ?? usual
  }

  /// What shows a cause: a picture or a table of its first layer.
  func looks(_ cause: MeasuredCause) -> String? {
    let name = subject.entry.name
    let shown = subject.source?.name ?? name
    let layer = cause.layers.first { $0 != "input" }
    let ofLayer = layer.map {
      ["histogram \(shown).\($0)", "inspect \(name).\($0)", "histogram \(origin).\($0)"]
    }
    let inspected = layer.map { ["inspect \(name).\($0)"] } ?? []
    let cells: [String] =
      switch cause.cause {
      case .stretchedRange, .rangeChoice, .deadChannels, .activationsClip: ofLayer ?? []
      case .spreadChannels, .zeroedBias: inspected + (ofLayer ?? [])
      case .integerArithmetic: ["diff \(name)"]
      case .normalization: ["inspect \(name)"]
      case .lowBits, .weightsRound, .activationsRound, .shiftedMeans, .batchNormStatistics, .changedWeights:
        []
      }
    return workspace.runnable(cells + ["inspect \(name)"])
  }

  /// The cell that makes the model anew without a cause; nil where none can be run.
  func cell(_ cause: MeasuredCause) -> String? {
    workspace.runnable(cells(cause, "ptq") + cells(cause, "qat"))
  }

  private func cells(_ cause: MeasuredCause, _ verb: String) -> [String] {
    guard let policy = subject.policy else { return [] }
    switch cause.cause {
    case .normalization, .zeroedBias, .deadChannels, .stretchedRange, .integerArithmetic, .changedWeights:
      return made(verb, policy, [])
    case .rangeChoice: return made(verb, policy, [], observer: .usual(for: policy))
    case .spreadChannels where cause.isEqualized:
      return verb == "ptq" ? made(verb, policy, ["equalize"]) : []
    case .spreadChannels:
      var policy = policy
      policy.perChannelWeights = policy.backend == .qnnpack ? true : nil
      return made(verb, policy, [])
    case .lowBits:
      var policy = policy
      (policy.weightBits, policy.activationBits) = (8, 8)
      policy.rules.removeAll { if case .integer = $0.precision { true } else { false } }
      return made(verb, policy, [])
    case .batchNormStatistics: return verb == "ptq" ? made(verb, policy, ["batchnorm"]) : []
    case .shiftedMeans: return verb == "ptq" ? made(verb, policy, ["bias-correction"]) : []
    case .activationsClip: return made(verb, policy, [], observer: .minmax)
    case .activationsRound: return made("qat", policy, [])
    case .weightsRound: return made(verb, policy, verb == "ptq" ? ["adaround"] : [])
    }
  }

  private func made(
    _ verb: String, _ policy: QuantizationPolicy, _ flags: [String], observer: ObserverKind? = nil
  ) -> [String] {
    guard let grids = policy.gridOptions else { return [] }
    let chosen = observer ?? subject.postTraining?.observer
    if verb == "ptq" {
      let words = chosen.flatMap { $0 == .usual(for: policy) ? nil : "observer \($0.name)" }
      return [
        (["\(result) = ptq \(origin)", words].compactMap { $0 } + flags + grids).joined(separator: " ")
      ]
    }
    let epochs = subject.training.map { "epochs \($0.epochs)" } ?? "epochs 2"
    return [(["\(result) = qat from \(origin)", epochs] + grids).joined(separator: " ")]
  }
}
