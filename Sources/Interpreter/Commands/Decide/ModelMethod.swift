import GraphIR
import Training

/// How a model came to be what it is, as tables name it.
enum ModelMethod: Hashable {
  case float, distilledFloat
  case dynamic
  /// Post-training quantization.
  case ptq
  case qat, distilledQAT

  var words: String {
    switch self {
    case .float: "FP32"
    case .distilledFloat: "FP32 + KD"
    case .dynamic: "dynamic"
    case .ptq: "PTQ"
    case .qat: "QAT"
    case .distilledQAT: "QAT + KD"
    }
  }
}

extension ModelEntry {
  /// The method, where the model it was made from is known by `models`.
  func method(among models: [ModelEntry]) -> ModelMethod {
    let distils = details[.settings]?.contains("with kd(") ?? false
    switch kind {
    case .float: return distils ? .distilledFloat : .float
    case .dynamic: return .dynamic
    case .fakeQuantized: return distils ? .distilledQAT : .qat
    case .integer:
      if details[.settings]?.hasPrefix(Command.ptq.name + ",") ?? false { return .ptq }
      if let recipe = recipe(among: models) { return recipe.distillation.isEmpty ? .qat : .distilledQAT }
      let source = models.first { $0.name == details[.start] }
      guard let source, source.kind == .fakeQuantized else { return .ptq }
      return source.method(among: models)
    }
  }
}
