import GraphIR
import Training

/// How a model came to be what it is, as tables name it.
enum ModelMethod: String, Hashable {
  case float = "fp32"
  case distilledFloat = "fp32+kd"
  case dynamic
  /// Post-training quantization.
  case ptq
  case qat
  case distilledQAT = "qat+kd"

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
  /// The method: as it was written down, or of models of sessions from before as it can be told by `models`.
  func method(among models: [ModelEntry]) -> ModelMethod {
    if let known = details[.method].flatMap(ModelMethod.init(rawValue:)) { return known }
    switch kind {
    case .float: return distils ? .distilledFloat : .float
    case .dynamic: return .dynamic
    case .fakeQuantized: return distils ? .distilledQAT : .qat
    case .integer:
      if details[.postTraining] != nil || words.hasPrefix(Command.ptq.name + ",") { return .ptq }
      if let recipe = recipe(among: models) { return recipe.distillation.isEmpty ? .qat : .distilledQAT }
      // What was not made by calibration was converted, whatever became of the model that it was converted from.
      guard let source = start(among: models) else { return details[.start] == nil ? .ptq : .qat }
      return source.kind == .fakeQuantized ? source.method(among: models) : .ptq
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
