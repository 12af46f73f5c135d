import Datasets
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
  var seed: UInt64

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
      case .normalization, .lowBits, .weightsRound, .activationsRound, .shiftedMeans, .batchNormStatistics,
        .changedWeights:
        []
      }
    return workspace.runnable(cells + ["inspect \(name)"])
  }

  /// The cell that makes the model anew without a cause; nil where none can be run.
  func cell(_ cause: MeasuredCause) -> String? {
    workspace.runnable([recipe(cause).flatMap(ptq), qat(cause)].compactMap { $0 })
  }

  /// Networks with more parameters take too long to be quantized for a trial.
  static let mostTriedParameters = 2_000_000

  /// What the cell that repairs a cause makes, where that takes no training and not long; nil too where it was
  /// cancelled.
  func tried(_ cause: MeasuredCause, _ console: Console) throws -> Model? {
    guard let recipe = recipe(cause), recipe.rounding == nil, let cell = ptq(recipe),
      self.cell(cause) == cell, subject.reference.parameterCount <= Self.mostTriedParameters
    else { return nil }
    console.progress { Progress(activity: "why \(subject.entry.name)", done: 0, total: 1, stage: "repair") }
    let made = try quantizeAfterTraining(
      workspace.weights(of: origin), on: data.dataset, recipe: recipe, cancellation: console.cancellation
    ) { _ in }
    return try made.map(convertToInteger)
  }

  /// How ptq makes the model without a cause; nil where it can't.
  private func recipe(_ cause: MeasuredCause) -> PostTrainingRecipe? {
    guard let policy = subject.policy else { return nil }
    var recipe = subject.postTraining ?? PostTrainingRecipe(policy: policy, observer: .usual(for: policy))
    recipe.seed = seed
    switch cause.cause {
    case .normalization where subject.reference.graph.normalization == subject.entry.graph.normalization:
      return nil
    case .normalization, .zeroedBias, .deadChannels, .stretchedRange, .integerArithmetic, .changedWeights:
      break
    case .rangeChoice: recipe.observer = .usual(for: policy)
    case .spreadChannels where cause.isEqualized: recipe.equalizes = true
    case .spreadChannels: recipe.policy.perChannelWeights = policy.backend == .qnnpack ? true : nil
    case .lowBits:
      recipe.policy = inBytes(policy)
      recipe.observer = .usual(for: recipe.policy)
    case .batchNormStatistics: recipe.reestimatesBatchNorm = true
    case .shiftedMeans: recipe.correctsBias = true
    case .activationsClip: recipe.observer = .minmax
    case .activationsRound: return nil
    case .weightsRound: recipe.rounding = RoundingRecipe()
    }
    return recipe
  }

  private func inBytes(_ policy: QuantizationPolicy) -> QuantizationPolicy {
    var policy = policy
    (policy.weightBits, policy.activationBits) = (8, 8)
    policy.rules.removeAll { if case .integer = $0.precision { true } else { false } }
    return policy
  }

  private func ptq(_ recipe: PostTrainingRecipe) -> String? {
    guard let grids = recipe.policy.gridOptions else { return nil }
    let usual = PostTrainingRecipe()
    let images = data.dataset.training
    var words = ["\(result) = ptq \(origin)"]
    if recipe.observer != .usual(for: recipe.policy) { words.append("observer \(recipe.observer.name)") }
    if CalibrationBatches(count: usual.batches, size: recipe.batchSize, of: images).count
      != CalibrationBatches(count: recipe.batches, size: recipe.batchSize, of: images).count
    {
      words.append("calibration \(recipe.batches)")
    }
    if recipe.batchSize != usual.batchSize { words.append("batch \(recipe.batchSize)") }
    if recipe.equalizes { words.append("equalize") }
    if recipe.reestimatesBatchNorm { words.append("batchnorm") }
    if recipe.rounding != nil { words.append("adaround") }
    if recipe.correctsBias { words.append("bias-correction") }
    return (words + grids).joined(separator: " ")
  }

  private func qat(_ cause: MeasuredCause) -> String? {
    guard let policy = subject.policy, let grids = policy.gridOptions else { return nil }
    let epochs = subject.training.map { "epochs \($0.epochs)" } ?? "epochs 2"
    switch cause.cause {
    case .activationsRound, .weightsRound, .activationsClip, .rangeChoice:
      return (["\(result) = qat from \(origin)", epochs] + grids).joined(separator: " ")
    case .lowBits:
      let grids = inBytes(policy).gridOptions ?? []
      return (["\(result) = qat from \(origin)", epochs] + grids).joined(separator: " ")
    case .normalization, .zeroedBias, .deadChannels, .stretchedRange, .spreadChannels, .batchNormStatistics,
      .shiftedMeans, .changedWeights, .integerArithmetic:
      return nil
    }
  }
}
