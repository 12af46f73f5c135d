import Datasets
import Distillation
import GraphIR
import Quantization
import Training

extension Adviser {
  /// Leaves the most sensitive layers in float, a quarter of all at the most.
  mutating func mixed() throws -> Ending {
    let watch = Stopwatch()
    let pace = TrialPace(activity: "advise \(entry.name)", console)
    let report = try trials.sensitivity(recipe.policy, cancellation: console.cancellation) {
      pace.tried($0, of: $1, stage: "mixed precision: \($2)")
    }
    guard report.isComplete else { return .stopped }
    let most = max(1, trials.layers.count / 4)
    let kept = try trials.fewestKept(
      recipe.policy, ranking: Array(report.layers.map(\.layer).prefix(most + 1)), target: path.target,
      cancellation: console.cancellation
    ) { pace.searching("mixed precision: \($0)") }
    guard !console.cancellation.isCancelled else { return .stopped }
    let layers = kept?.layers ?? trials.layers.filter(report.layers.prefix(most).map(\.layer).contains)
    var mixed = recipe
    mixed.policy = recipe.policy.keeping(layers)
    let name = "PTQ, \(layers.count) of \(trials.layers.count) layers in float"
    let ending = try gate("mixed", name, cell: cells.ptq(recipe, keeping: layers)) { adviser in
      let quantized = try quantizeAfterTraining(
        adviser.model, on: adviser.calibration, recipe: mixed, cancellation: adviser.console.cancellation
      ) { _ in }
      return try quantized.flatMap(adviser.integerFigures)
    }
    if ending != .stopped, let last = path.gates.indices.last { path.gates[last].seconds = watch.seconds }
    return ending
  }

  /// Trains with quantization in the loop, then with the float model as the teacher besides.
  mutating func training() throws -> Ending {
    // Without labels there is nothing but the teacher to learn from.
    guard cells.standIn == nil else {
      return try trained(
        key: "distilled", name: "QAT, teacher alone, drawn images", loss: .softTarget(), share: 1)
    }
    let ending = try trained(key: "qat", name: "QAT", loss: nil, share: 0)
    guard ending == .goOn else { return ending }
    return try trained(key: "qat_kd", name: "QAT + KD", loss: .decoupledKD(), share: 0.5)
  }

  private mutating func trained(
    key: String, name: String, loss: LogitLoss?, share: Double
  ) throws -> Ending {
    var training = TrainingRecipe(
      epochs: epochs, learningRate: learningRate(after: entry).rate, schedule: .cosine, seed: recipe.seed)
    training.augments = cells.standIn == nil && data.choice.augments
    training.batchSize = min(training.batchSize, calibration.training.count)
    training.quantization = QuantizationRecipe(policy: recipe.policy)
    var words: String?
    if let loss {
      training.distillation = [DistillationTerm(teacher: entry.name, loss: loss, weight: share)]
      words = (share == 1 ? "SoftTarget" : "DecoupledKD") + ", \(plain(share))"
    }
    let cell = cells.qat(distillation: words, policy: recipe.policy, epochs: epochs)
    return try gate(key, name, cell: cell) { adviser in
      let recorder = RunRecorder(
        activity: "advise \(adviser.entry.name): \(name)", recipe: training, termRanges: [],
        console: adviser.console, isQuiet: true)
      let outcome = try train(
        adviser.model, on: adviser.calibration, recipe: training,
        teachers: loss == nil ? [:] : [adviser.entry.name: adviser.model],
        cancellation: adviser.console.cancellation
      ) { recorder.receive($0) }
      return outcome.interrupted ? nil : try adviser.integerFigures(outcome.model)
    }
  }
}
