import Datasets
import Execution
import GraphIR

extension TrainingRun {
  /// One step; at `rate` and with every loss at its full weight where that is given, else as the recipe has it.
  ///
  /// Nil where it was cancelled on its way: then it was not made.
  func step(
    _ batch: Int, epoch: Int, index: Int, rate given: Double? = nil, cancellation: Cancellation
  ) throws -> StepReport? {
    let start = ContinuousClock.now
    try load(batch, epoch: epoch)
    (plan.phase.randomSeed, plan.phase.randomStep) = (recipe.seed, UInt64(index))
    guard try plan.forward(unless: { cancellation.isCancelled }) else { return nil }
    let progress = given == nil ? Double(index + 1) / Double(stepCount) : nil
    let value = try loss.evaluate(plan, labels: UnsafeBufferPointer(labels), progress: progress)
    guard value.total.isFinite, !plan.phase.diverged else {
      throw TrainingError.nonFiniteLoss(step: index + 1)
    }
    guard try plan.backward(unless: { cancellation.isCancelled }) else { return nil }
    let rate = given ?? recipe.schedule.rate(step: index, of: stepCount, peak: recipe.learningRate)
    plan.update(
      UpdateRates(
        learningRate: rate, decay: recipe.weightDecay,
        headFactor: (recipe.headLearningRate ?? recipe.learningRate) / recipe.learningRate,
        rangeFactor: recipe.quantization?.rangeLearningRate ?? 1,
        boundDecay: recipe.quantization?.boundDecay ?? 0))
    // What the last step broke would be seen by none.
    guard !plan.phase.diverged else { throw TrainingError.nonFiniteLoss(step: index + 1) }
    sums.add(value, terms: loss.termLosses, images: batchSize)
    stepTimes.append(start.secondsUntilNow)
    ranTeacher.append(loss.ranTeacher)
    let recent = stepTimes.suffix(20)
    return StepReport(
      step: index + 1, steps: stepCount, epoch: epoch + 1, epochs: recipe.epochs, loss: value.total,
      taskLoss: value.task, distillationLoss: value.distillation, termLosses: loss.termLosses,
      accuracy: Double(value.correct) / Double(batchSize), learningRate: rate,
      imagesPerSecond: Double(batchSize * recent.count) / max(recent.reduce(0, +), .ulpOfOne))
  }

  /// Fills the student's images and the labels with a batch, and lets the teachers look at it.
  func load(_ batch: Int, epoch: Int) throws {
    let chosen = order.batch(batch, of: batchSize)
    let augmentation = augmentation(epoch: epoch)
    if let images = plan.input.baseAddress, let truth = labels.baseAddress {
      gather(
        data.training, indices: chosen, mean: look.mean, deviation: look.deviation,
        augmentation: augmentation, into: images, labels: truth)
    }
    try loss.teach(chosen, augmentation)
  }

  private func augmentation(epoch: Int) -> Augmentation? {
    recipe.augments
      ? Augmentation(seed: recipe.seed, epoch: epoch, jitter: Float(recipe.jitter ?? 0)) : nil
  }
}
