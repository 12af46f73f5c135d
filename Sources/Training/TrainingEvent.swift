/// What a run tells while it goes.
///
/// Losses are means over the images since the last report.
package enum TrainingEvent: Sendable {
  /// Of each teacher, before the first step.
  case teacherLogits(TeacherLogitsReport)
  /// Before the first step of a run that begins with calibration.
  case calibrating(done: Int, batches: Int)
  case calibrated(CalibrationReport)
  case step(StepReport)
  case epoch(EpochReport)
  /// A scheduled switch: "activation observers frozen" before a step, counted from 1.
  case scheduled(name: String, step: Int)
  /// After the first and the last epoch of a run with distillation, before the epoch's own report.
  case blend(BlendReport)
}

/// After a step; also what is stored as metrics.
package struct StepReport: Sendable {
  /// Steps done in the run, 1 for the first, and steps in all.
  package var step: Int
  package var steps: Int
  /// Epoch that the step belongs to, from 1, and epochs in all.
  package var epoch: Int
  package var epochs: Int
  package var loss: Double
  package var taskLoss: Double
  /// Zero without distillation.
  package var distillationLoss: Double
  /// Each distillation term's own loss, before its weight.
  package var termLosses: [Double]
  /// Share of the batch classified right, in training mode.
  package var accuracy: Double
  package var learningRate: Double
  package var imagesPerSecond: Double
}

/// After an epoch, with the figures of the images that epochs are looked at on: the test images, or the validation images
/// where the data has some.
package struct EpochReport: Sendable, Codable {
  package var epoch: Int
  package var epochs: Int
  package var loss: Double
  package var taskLoss: Double
  package var distillationLoss: Double
  package var termLosses: [Double]
  package var trainingAccuracy: Double
  package var testAccuracy: Double
  package var testLoss: Double
  /// True where these are figures of validation images, and the test images were left alone.
  package var isOfValidation = false
  package var seconds: Double
  package var stepMilliseconds: Double
}
