import Training

/// Listens to a run: shows how far it is and collects what will be stored of it.
final class RunRecorder {
  /// Series by key, in the order of steps.
  private(set) var metrics: [(key: String, step: Int, value: Double)] = []
  private let activity: String
  private let distils: Bool
  private let console: Console
  private let watch = Stopwatch()
  private var lastStep = 0

  init(activity: String, distils: Bool, console: Console) {
    self.activity = activity
    self.distils = distils
    self.console = console
  }

  func receive(_ event: TrainingEvent) {
    switch event {
    case .step(let report): record(report)
    case .epoch(let report): record(report)
    case .scheduled(let name, let step): console.note("step \(grouped(step)): \(name)")
    }
  }

  private func record(_ report: StepReport) {
    lastStep = report.step
    keep("loss", report.loss)
    keep("task_loss", report.taskLoss)
    if distils { keep("kd_loss", report.distillationLoss) }
    keep("accuracy", report.accuracy)
    keep("lr", report.learningRate)
    console.progress {
      Progress(
        activity: activity, done: report.step, total: report.steps,
        stage: "epoch \(report.epoch)/\(report.epochs)",
        figures: [
          Progress.Figure("loss", fixed(report.loss, 3)),
          Progress.Figure("accuracy", percentage(report.accuracy, 1)),
          Progress.Figure("", grouped(Int(report.imagesPerSecond.rounded())) + " images/s"),
        ],
        secondsLeft: watch.seconds / Double(max(report.step, 1)) * Double(report.steps - report.step))
    }
  }

  private func record(_ report: EpochReport) {
    keep("test_accuracy", report.testAccuracy)
    keep("test_loss", report.testLoss)
    keep("train_loss", report.loss)
    keep("train_accuracy", report.trainingAccuracy)
    var parts = ["epoch \(report.epoch)/\(report.epochs)", "loss \(fixed(report.loss, 4))"]
    if distils {
      parts.append("(task \(fixed(report.taskLoss, 4)), kd \(fixed(report.distillationLoss, 4)))")
    }
    parts += [
      "train \(percentage(report.trainingAccuracy, 1))", "test \(percentage(report.testAccuracy, 2))",
      fixed(report.seconds, 1) + " s",
    ]
    console.text(parts.joined(separator: "  "))
  }

  private func keep(_ key: String, _ value: Double) { metrics.append((key, lastStep, value)) }
}
