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
    switch kind {
    case .float: return distils ? .distilledFloat : .float
    case .dynamic: return .dynamic
    case .fakeQuantized: return distils ? .distilledQAT : .qat
    case .integer:
      if details[.postTraining] != nil || words.hasPrefix(Command.ptq.name + ",") { return .ptq }
      if let recipe = recipe(among: models) { return recipe.distillation.isEmpty ? .qat : .distilledQAT }
      let source = models.first { $0.name == details[.start] }
      guard let source, source.kind == .fakeQuantized else { return .ptq }
      return source.method(among: models)
    }
  }

  /// Whether the run that made it had a teacher.
  private var distils: Bool {
    details[.recipe].flatMap(TrainingRecipe.init(json:)).map { !$0.distillation.isEmpty }
      ?? words.contains("with kd(")
  }

  /// All that is kept of how a model was made in sessions from before, and of one that goes on from itself.
  private var words: String { details[.settings] ?? "" }
}
