import Datasets
import Distillation
import GraphIR
import Quantization
import Text
import Training

extension Adviser {
  /// Leaves the most sensitive layers in float, a quarter of all at the most.
  mutating func mixed() throws -> Ending {
    let watch = Stopwatch()
    let pace = TrialPace(activity: "advise \(entry.name)", console)
    // Layers are ranked by noise in the logits, which a thousand images tell well.
    let report = try trials.sensitivity(
      recipe.policy, images: Keyword.defaultTrialImages, cancellation: console.cancellation
    ) {
      pace.tried($0, of: $1, stage: "mixed precision: \($2)")
    }
    guard report.isComplete else { return .stopped }
    let most = max(1, trials.layers.count / 4)
    let kept = try trials.fewestKept(
      recipe.policy, ranking: Array(report.layers.map(\.layer).prefix(most + 1)),
      cancellation: console.cancellation, isEnough: path.isMet
    ) { pace.searching("mixed precision: \($0)") }
    guard !console.cancellation.isCancelled else { return .stopped }
    let layers = kept?.layers ?? trials.layers.filter(report.layers.prefix(most).map(\.layer).contains)
    var mixed = recipe
    mixed.policy = recipe.policy.keeping(layers)
    let name = "PTQ, \(layers.count) of \(trials.layers.count) in float"
    let cell = cells.ptq(recipe, keeping: layers)
    let ending = try gate("mixed", name, cell: cell, recipe: mixed) { adviser in
      try adviser.integerModel(mixed).flatMap(adviser.measured)
    }
    if ending != .stopped { path.setSeconds(watch.seconds) }
    return ending
  }

  /// Trains with quantization in the loop, then with a teacher besides where there is one to learn from.
  mutating func trainings() throws -> Ending {
    // Without labels there is nothing but the float model's answers to learn from.
    guard cells.standIn == nil else {
      return try trained(
        key: "distilled", name: "QAT, teacher alone, drawn images", by: (entry.name, model),
        loss: DistillationLoss(.softTarget), share: 1)
    }
    let ending = try trained(key: "qat", name: "QAT")
    guard ending == .goOn else { return ending }
    let teacher = try bestTeacher()
    guard !console.cancellation.isCancelled else { return .stopped }
    guard let teacher else {
      console.note(
        "no teacher is tried: no float model of the session is larger than \(entry.name) and better, and the network's "
          + "own float answers tell it little that the labels don't")
      return .goOn
    }
    console.note(
      "\(teacher.name) teaches: it is larger than \(entry.name), and has \(percentage(teacher.accuracy)) on the same images"
    )
    return try trained(
      key: "qat_kd", name: "QAT + KD by \(teacher.name)", by: (teacher.name, teacher.model),
      loss: Self.softTeacher.loss, share: Self.softTeacher.share)
  }

  /// The larger model that does best on the images of the trials; nil where none does better than the float model, or
  /// where it was cancelled.
  private func bestTeacher() throws -> (name: String, model: Model, accuracy: Double)? {
    var best: (name: String, model: Model, accuracy: Double)?
    for name in teachers {
      let model = try workspace.weights(of: name)
      guard let figures = try trials.figures(of: model, cancellation: console.cancellation) else {
        return nil
      }
      if figures.accuracy > best?.accuracy ?? trials.accuracy { best = (name, model, figures.accuracy) }
    }
    return best
  }

  /// A teacher that in a short run takes nothing from the labels: on `qatcnn` at 4 bits over 20,000 images and two
  /// epochs it moves the accuracy by −0.06 ± 0.15 points, where DecoupledKD with β = 8 costs 1.8.
  private static let softTeacher = (loss: DistillationLoss(.softTarget, ["T": 2]), share: 0.3)

  private mutating func trained(
    key: String, name: String, by teacher: (name: String, model: Model)? = nil,
    loss: DistillationLoss = DistillationLoss(.softTarget),
    share: Double = 0
  ) throws -> Ending {
    var training = training
    if let teacher {
      training.distillation = [DistillationTerm(teacher: teacher.name, loss: loss, weight: share)]
    }
    return try gate(key, name, cell: cells.qat(training)) { adviser in
      let recorder = RunRecorder(
        activity: "advise \(adviser.entry.name): \(name)", recipe: training, termRanges: [],
        console: adviser.console, isQuiet: true)
      let outcome = try train(
        adviser.model, on: adviser.data, recipe: training,
        teachers: teacher.map { [$0.name: $0.model] } ?? [:], cancellation: adviser.console.cancellation
      ) { recorder.receive($0) }
      return outcome.interrupted ? nil : try adviser.measured(Training.convert(outcome.model))
    }
  }
}
