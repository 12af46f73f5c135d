import Datasets
import Execution
import GraphIR
import Quantization

/// One run: the compiled student, its data order, and the loop.
final class TrainingRun {
  let data: Dataset
  let recipe: TrainingRecipe
  let kind: Model.Kind
  /// Policies that the run goes through; none for a float run.
  let rungs: [QuantizationPolicy]
  private let schedule: QuantizationSchedule?
  var rung = 0
  let plan: TrainingPlan
  let loss: BlendedLoss
  let look: Normalization
  let batchSize: Int
  let batches: Int
  let labels: UnsafeMutableBufferPointer<Int32>
  var order: BatchOrder
  var sums = RunningSums(terms: 0)
  var stepTimes: [Double] = []
  /// Of the steps, whether a teacher ran.
  var ranTeacher: [Bool] = []

  init(
    _ model: consuming Model, data: Dataset, recipe: TrainingRecipe, teachers: consuming [String: Model],
    logits: LogitsLibrary?
  ) throws {
    try check(model, fits: data.training, classes: data.classNames.count)
    guard recipe.selection == nil || data.validation != nil else {
      throw TrainingError.unsupported("a choice among epochs without validation images")
    }
    self.data = data
    self.recipe = recipe
    look = data.normalization(for: model.graph)
    batchSize = min(recipe.batchSize, data.training.count)
    batches = data.training.count / batchSize
    rungs = recipe.quantization?.rungs ?? []
    let steps = batches * recipe.epochs
    guard rungs.count <= max(steps, 1) else {
      throw TrainingError.fewerStepsThanRungs(steps: steps, rungs: rungs.count)
    }
    if let first = rungs.first { model = try prepare(absorbBiases(model), policy: first) }
    kind = model.kind
    schedule = kind == .fakeQuantized ? recipe.quantization?.schedule(steps: steps) : nil
    let optimizer: OptimizerKind =
      switch recipe.optimizer {
      case .adam: .adam()
      case .adamW: .adamW()
      case .sgd: .sgd(momentum: recipe.momentum)
      }
    let features = try FeatureWiring(
      recipe, student: model.graph, teachers: (copy teachers).mapValues(\.graph), batch: batchSize)
    guard recipe.precision == .float32 || features.studentHeads.isEmpty else {
      throw TrainingError.unsupported("feature losses in bf16: choose set precision f32")
    }
    let tempos = recipe.tempos(of: model.graph)
    plan = try TrainingPlan(
      consume model, batch: batchSize, optimizer: optimizer, precision: recipe.precision,
      captures: features.studentHeads, auxiliary: features.regressors, tempos: tempos)
    var kept: [String: KeptLogits] = [:]
    if let logits, !recipe.augments {
      // A dynamic model finds its ranges in each batch: what it says of an image depends on the others.
      for (name, teacher) in copy teachers where teacher.kind != .dynamic {
        kept[name] = logits.logits(
          of: teacher, on: data, batch: batchSize, precision: recipe.precision)
      }
    }
    loss = try BlendedLoss(
      recipe, teachers: consume teachers, student: plan, data: data, kept: kept, features: features)
    ResidentMemory.releaseFreed()
    labels = .allocate(capacity: batchSize)
    labels.initialize(repeating: 0)
    order = BatchOrder(count: data.training.count, seed: recipe.seed, epoch: 0)
  }

  deinit { labels.deallocate() }

  var stepCount: Int { batches * recipe.epochs }

  /// Where the run stands: `batch` steps are done in `epoch`, both from 0.
  struct Course {
    var epoch = 0
    var batch = 0
    var outcome: TrainingOutcome
    var choice: EpochChoice
    /// When a checkpoint was taken last, or the run began.
    var noted = ContinuousClock.now
  }

  func perform(
    _ checkpoints: Checkpointing? = nil, cancellation: Cancellation, report: (TrainingEvent) throws -> Void
  ) throws -> TrainingOutcome {
    var course = Course(
      outcome: TrainingOutcome(
        model: Model(kind: kind, graph: plan.graph, parameters: ParameterSet()), interrupted: false,
        stepsDone: 0, epochsDone: 0, lastEpoch: nil, stepMilliseconds: 0, teacherStepMilliseconds: nil),
      choice: EpochChoice(recipe.selection))
    if let start = checkpoints?.start { course = try goOn(from: start, course) }
    stepTimes.reserveCapacity(stepCount)
    ranTeacher.reserveCapacity(stepCount)
    for teacher in loss.teacherReports { try report(.teacherLogits(teacher)) }
    while course.epoch < recipe.epochs, !course.outcome.stoppedEarly {
      order.reshuffle(epoch: course.epoch)
      if course.batch == 0 { sums = RunningSums(terms: recipe.distillation.count) }
      let start = ContinuousClock.now
      let isWhole =
        try steps(&course, checkpoints, cancellation, report)
        && endEpoch(&course, since: start, cancellation, report)
      guard isWhole else {
        course.outcome.interrupted = true
        break
      }
      if let checkpoints, checkpoints.isWanted(.epochEnd) { try note(&course, checkpoints, .epochEnd) }
    }
    let model = try model(after: course.outcome.stepsDone)
    if course.outcome.interrupted, course.outcome.stepsDone > 0, let checkpoints {
      try note(&course, checkpoints, .stopped, model)
    }
    return try finish(course, model, cancellation)
  }

  /// The steps that are left of an epoch; false where the run was stopped.
  private func steps(
    _ course: inout Course, _ checkpoints: Checkpointing?, _ cancellation: Cancellation,
    _ report: (TrainingEvent) throws -> Void
  ) throws -> Bool {
    while course.batch < batches {
      if cancellation.isCancelled { return false }
      if let checkpoints, let interval = checkpoints.interval, course.batch > 0,
        ContinuousClock.now - course.noted >= interval, checkpoints.isWanted(.time)
      {
        try note(&course, checkpoints, .time)
      }
      try throwSwitches(before: course.outcome.stepsDone, report: report)
      let step = try step(
        course.batch, epoch: course.epoch, index: course.outcome.stepsDone, cancellation: cancellation)
      guard let step else { return false }
      try report(.step(step))
      course.batch += 1
      course.outcome.stepsDone += 1
    }
    return true
  }

  /// What an epoch ends with, after its steps; false where the run was stopped, which then stands there still.
  private func endEpoch(
    _ course: inout Course, since start: ContinuousClock.Instant, _ cancellation: Cancellation,
    _ report: (TrainingEvent) throws -> Void
  ) throws -> Bool {
    let epoch = course.epoch
    try loss.completeLogits(on: data, labels: labels)
    let tellsBlend = !recipe.distillation.isEmpty && (epoch == 0 || epoch + 1 == recipe.epochs)
    let blend = try tellsBlend ? blendReport(epoch: epoch) : nil
    let seconds = start.secondsUntilNow
    let state = try model(after: course.outcome.stepsDone)
    guard let end = try finishEpoch(epoch, state, seconds: seconds, cancellation: cancellation) else {
      return false
    }
    // Not before the epoch is whole: a run that is stopped here tells it when it goes on.
    if let blend { try report(.blend(blend)) }
    (course.epoch, course.batch) = (epoch + 1, 0)
    course.outcome.epochsDone += 1
    course.outcome.lastEpoch = end.report
    if !end.report.isOfValidation { course.outcome.note(test: end.evaluation) }
    try report(.epoch(end.report))
    // What an earlier rung of a ladder was good at says nothing of the last.
    if rung + 1 >= rungs.count { course.choice.see(end.report, state) }
    course.outcome.stoppedEarly = course.choice.isOver && course.epoch < recipe.epochs
    return true
  }

  /// The model that the run ends with, and its figures.
  private func finish(
    _ course: Course, _ model: Model, _ cancellation: Cancellation
  ) throws -> TrainingOutcome {
    var outcome = course.outcome
    outcome.model = model
    if let best = course.choice.best { (outcome.model, outcome.chosenEpoch) = (best.model, best.report) }
    if !outcome.interrupted, outcome.lastEpoch.map({ !$0.testLoss.isFinite }) ?? false {
      throw TrainingError.nonFiniteLoss(step: outcome.stepsDone)
    }
    if kind == .fakeQuantized, !rungs.isEmpty { outcome.policy = rungs[rung] }
    if data.validation != nil, !outcome.interrupted, outcome.epochsDone > 0 {
      let test = try evaluate(
        outcome.model, on: data.test, of: data, workspace: plan.idleMemory, cancellation: cancellation)
      if let test { outcome.note(test: test) } else { outcome.interrupted = true }
    }
    let plain = median(times(withTeacher: false))
    let taught = median(times(withTeacher: true))
    outcome.stepMilliseconds = 1000 * (plain ?? taught ?? 0)
    outcome.teacherStepMilliseconds = taught.map { 1000 * $0 }
    return outcome
  }

  /// The model as a step left it.
  private func model(after step: Int) throws -> Model {
    let parameters = try plan.exportParameters()
    if let name = parameters.firstNotFinite { throw TrainingError.nonFiniteParameter(name, step: step) }
    return Model(kind: kind, graph: plan.graph, parameters: parameters)
  }

  private func times(withTeacher: Bool) -> [Double] {
    zip(stepTimes, ranTeacher).filter { $0.1 == withTeacher }.map(\.0)
  }

  /// What each part of the blend weighs on the epoch's last batch; changes nothing.
  private func blendReport(epoch: Int) throws -> BlendReport {
    try load(batches - 1, epoch: epoch)
    return try loss.report(
      plan, labels: UnsafeBufferPointer(labels), names: recipe.termLabels, epoch: epoch + 1)
  }

  /// The scheduled events of QAT, each at the first step that reaches its share of the run.
  private func throwSwitches(before step: Int, report: (TrainingEvent) throws -> Void) throws {
    guard let schedule else { return }
    if rung + 1 < rungs.count, step >= schedule.rungSteps[rung + 1] {
      rung += 1
      try plan.adopt(prepare(removeFakeQuantization(plan.graph), policy: rungs[rung]))
      let name = "weights and activations at \(rungs[rung].weightBits) bits"
      try report(.scheduled(name: name, step: step + 1))
    }
    if !plan.phase.batchNormFrozen, plan.hasBatchNorm, step >= schedule.batchNormStep {
      plan.phase.batchNormFrozen = true
      try report(.scheduled(name: "batch norm statistics frozen", step: step + 1))
    }
    if !plan.phase.observersFrozen, step >= schedule.observerStep {
      plan.phase.observersFrozen = true
      try report(.scheduled(name: "activation observers frozen", step: step + 1))
    }
  }

  /// Nil where the evaluation was cancelled.
  private func finishEpoch(
    _ epoch: Int, _ model: Model, seconds: Double, cancellation: Cancellation
  ) throws -> (report: EpochReport, evaluation: Evaluation)? {
    let test = try evaluate(
      model, on: data.validation ?? data.test, of: data, workspace: plan.idleMemory,
      cancellation: cancellation)
    guard let test else { return nil }
    var report = EpochReport(
      epoch: epoch + 1, epochs: recipe.epochs, loss: sums.mean(sums.total), taskLoss: sums.mean(sums.task),
      distillationLoss: sums.mean(sums.distillation), termLosses: sums.terms.map(sums.mean),
      trainingAccuracy: sums.mean(Double(sums.correct)),
      testAccuracy: test.accuracy, testLoss: test.loss, seconds: seconds,
      stepMilliseconds: 1000 * (median(Array(stepTimes.suffix(batches))) ?? 0))
    report.isOfValidation = data.validation != nil
    return (report, test)
  }
}

extension TrainingOutcome {
  fileprivate mutating func note(test: Evaluation) {
    self.test = TestFigures(accuracy: test.accuracy, loss: test.loss)
    lastPredictions = test.predictions
  }
}

func median(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

extension ContinuousClock.Instant {
  var secondsUntilNow: Double { (ContinuousClock.now - self) / .seconds(1) }
}
