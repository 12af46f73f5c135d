import Training

/// Listens to a run: shows how far it is and collects what will be stored of it.
final class RunRecorder {
  /// Series by key, in the order of steps.
  private(set) var metrics: [(key: String, step: Int, value: Double)] = []
  /// Switches that the run came to: "step 9: activation observers frozen".
  private(set) var events: [String] = []
  private let activity: String
  private let distils: Bool
  private let console: Console
  /// Bytes of the teachers' logits that are kept; nil where none are.
  private(set) var keptLogitsBytes: Int?
  /// Whether teachers' logits are kept, as the run's record says it; nil without a teacher.
  private(set) var logitsWords: String?
  /// True where only progress is shown.
  private let isQuiet: Bool
  private var watch = Stopwatch()
  private var lastStep = 0
  /// Last step of the epoch before.
  private var epochStart = 0

  init(activity: String, distils: Bool, console: Console, isQuiet: Bool = false) {
    self.isQuiet = isQuiet
    self.activity = activity
    self.distils = distils
    self.console = console
  }

  func receive(_ event: TrainingEvent) {
    switch event {
    case .teacherLogits(let report): if !isQuiet { record(report) }
    case .step(let report): record(report)
    case .epoch(let report): if !isQuiet { record(report) }
    case .scheduled(let name, let step):
      events.append("step \(grouped(step)): \(name)")
      if !isQuiet { console.note("step \(grouped(step)): \(name)") }
    }
  }

  private func record(_ report: TeacherLogitsReport) {
    let owner = "\(report.teacher)'s logits"
    switch report.keeping {
    case .kept(let images, let known, let bytes):
      let size = "\(counted(images, "image")), \(byteCount(Double(bytes)))"
      let source =
        switch known {
        case 0: "computed once for \(size)"
        case images: "known from an earlier run, \(size)"
        default: "\(grouped(known)) known from an earlier run, of \(size)"
        }
      console.note("\(owner) are kept: \(source)")
      keptLogitsBytes = (keptLogitsBytes ?? 0) + bytes
      logitsWords = "kept"
    case .recomputed:
      console.note("\(owner) are computed in each step: augmented images differ from epoch to epoch")
      logitsWords = "computed in each step"
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
        // The pace is this epoch's: later ones may have the teacher's logits at hand.
        secondsLeft: watch.seconds / Double(max(report.step - epochStart, 1))
          * Double(report.steps - report.step))
    }
  }

  private func record(_ report: EpochReport) {
    epochStart = lastStep
    watch = Stopwatch()
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
