import Datasets
import Execution
import GraphIR
import Quantization

/// Where a run stands, in and out.
extension TrainingRun {
  /// Times that are kept for the median of a step, however long the run is.
  private static let keptTimes = 1000

  /// Hands out a copy of all that the next steps follow from; `known` is the model as it is now, where there is one.
  func note(
    _ course: inout Course, _ checkpoints: Checkpointing, _ occasion: Checkpointing.Occasion,
    _ known: Model? = nil
  ) throws {
    try checkpoints.take(try checkpoint(of: course, known), occasion)
    course.noted = .now
  }

  private func checkpoint(of course: Course, _ known: Model?) throws -> TrainingCheckpoint {
    let state = try plan.exportState(known?.parameters ?? ParameterSet())
    let outcome = course.outcome
    var tensors = state.tensors
    for (name, tensor) in course.choice.best?.model.parameters.tensors ?? [:] {
      tensors[TrainingCheckpoint.Standing.bestPrefix + name] = tensor
    }
    if !outcome.lastPredictions.isEmpty {
      tensors[TrainingCheckpoint.Standing.predictions] = Tensor(
        shape: [outcome.lastPredictions.count],
        elements: .int32(outcome.lastPredictions.map { Int32(clamping: $0) }))
    }
    return TrainingCheckpoint(
      standing: TrainingCheckpoint.Standing(
        recipe: recipe, images: data.training.count, steps: stepCount, stepsDone: outcome.stepsDone,
        epochsDone: outcome.epochsDone, epoch: course.epoch, batch: course.batch, graph: plan.graph,
        rung: rung, updates: state.updates, startedRanges: state.startedRanges,
        batchNormFrozen: state.batchNormFrozen, observersFrozen: state.observersFrozen, sums: sums,
        choice: course.choice.memory, lastEpoch: outcome.lastEpoch, test: outcome.test,
        stepTimes: stepTimes.suffix(Self.keptTimes), ranTeacher: ranTeacher.suffix(Self.keptTimes)),
      tensors: tensors)
  }

  /// Takes in where a run with the same arguments stood.
  ///
  /// Throws `CheckpointMisfit`, or `PlanError.parameterMismatch` where tensors are not those of the run's network.
  func goOn(from checkpoint: TrainingCheckpoint, _ beginning: Course) throws -> Course {
    let standing = checkpoint.standing
    try standing.requireFit(
      recipe, images: data.training.count, steps: stepCount, batches: batches, rungs: rungs.count)
    if standing.rung > 0 {
      rung = standing.rung
      try plan.adopt(prepare(removeFakeQuantization(plan.graph), policy: rungs[rung]))
    }
    guard plan.graph == standing.graph else { throw CheckpointMisfit("the network") }
    try plan.restore(checkpoint.state)
    // Those of the last step, which the report of the blend looks at once more.
    (plan.phase.randomSeed, plan.phase.randomStep) = (recipe.seed, UInt64(max(standing.stepsDone, 1) - 1))
    sums = standing.sums
    stepTimes = standing.stepTimes
    ranTeacher = standing.ranTeacher
    var course = beginning
    (course.epoch, course.batch) = (standing.epoch, standing.batch)
    course.choice = EpochChoice(recipe.selection, standing.choice, model: try best(in: checkpoint))
    course.outcome.stepsDone = standing.stepsDone
    course.outcome.epochsDone = standing.epochsDone
    course.outcome.lastEpoch = standing.lastEpoch
    course.outcome.test = standing.test
    course.outcome.lastPredictions = try predictions(in: checkpoint)
    course.outcome.stoppedEarly = course.choice.isOver && course.epoch < recipe.epochs && course.batch == 0
    return course
  }

  /// The best epoch's model; one without parameters where none is kept.
  private func best(in checkpoint: TrainingCheckpoint) throws -> Model {
    let prefix = TrainingCheckpoint.Standing.bestPrefix
    let tensors = checkpoint.tensors.tensors.reduce(into: [String: Tensor]()) { best, pair in
      if pair.key.hasPrefix(prefix) { best[String(pair.key.dropFirst(prefix.count))] = pair.value }
    }
    if checkpoint.standing.choice.best != nil {
      let own = try plan.exportParameters().tensors
      guard tensors.mapValues(\.shape) == own.mapValues(\.shape) else {
        throw CheckpointMisfit("the best epoch's model")
      }
    }
    return Model(kind: kind, graph: plan.graph, parameters: ParameterSet(tensors))
  }

  /// The classes that were chosen last for the test images.
  private func predictions(in checkpoint: TrainingCheckpoint) throws(CheckpointMisfit) -> [Int] {
    guard let tensor = checkpoint.tensors[TrainingCheckpoint.Standing.predictions] else { return [] }
    let predictions = tensor.int32s.map(Int.init)
    guard predictions.count == data.test.count,
      predictions.allSatisfy((0..<plan.graph.classes).contains)
    else { throw CheckpointMisfit("the number of test images") }
    return predictions
  }
}
