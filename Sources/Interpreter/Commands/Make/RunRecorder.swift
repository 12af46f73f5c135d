import Distillation
import GraphIR
import Language
import Quantization
import Text
import Training

/// Listens to a run: shows how far it is and collects what will be stored of it.
final class RunRecorder {
  /// Series by key, in the order of steps.
  private(set) var metrics: [(key: String, step: Int, value: Double)] = []
  /// Switches that the run came to: "step 9: activation observers frozen".
  private(set) var events: [String] = []
  private let activity: String
  private let recipe: TrainingRecipe
  private let termLabels: [String]
  private let termRanges: [SourceRange]
  private let console: Console
  /// The session in which what repairs a term could be run, and the statement that has the term; nil where findings are
  /// not shown.
  var workspace: Workspace?
  var statement: WrittenStatement?
  /// Accuracies after the epochs.
  private(set) var accuracies: [Double] = []
  /// Bytes of the teachers' logits that are kept; nil where none are.
  private(set) var keptLogitsBytes: Int?
  /// Whether teachers' logits are kept, as the run's record says it; nil without a teacher.
  private(set) var logitsWords: String?
  /// True where only progress is shown.
  private let isQuiet: Bool
  private var watch = Stopwatch()
  private(set) var lastStep = 0
  /// Last step of the epoch before.
  private var epochStart = 0

  init(
    activity: String, recipe: TrainingRecipe, termRanges: [SourceRange], console: Console,
    isQuiet: Bool = false
  ) {
    self.isQuiet = isQuiet
    self.activity = activity
    self.recipe = recipe
    self.termRanges = termRanges
    termLabels = recipe.termLabels
    self.console = console
  }

  /// What it heard of a run, beside its curves and what the run tells again when it goes on.
  struct Memory: Codable {
    var events: [String]
    var accuracies: [Double]
  }

  var memory: Memory { Memory(events: events, accuracies: accuracies) }

  /// True behind the last epoch, but of a run that ended early.
  var isAtLastEpoch: Bool { accuracies.count == recipe.epochs }

  /// Goes on as if it had heard a run up to a step.
  func restore(_ points: [(key: String, step: Int, value: Double)], _ memory: Memory, step: Int) {
    (metrics, events, accuracies) = (points, memory.events, memory.accuracies)
    (lastStep, epochStart) = (step, step)
  }

  func receive(_ event: TrainingEvent) {
    switch event {
    case .teacherLogits(let report): if !isQuiet { record(report) }
    case .calibrating(let done, let batches):
      console.progress { Progress(activity: activity, done: done, total: batches, stage: "calibration") }
    case .calibrated(let report): record(report)
    case .step(let report): record(report)
    case .epoch(let report): if !isQuiet { record(report) }
    case .blend(let report): if !isQuiet { record(report) }
    case .scheduled(let name, let step):
      events.append("step \(grouped(step)): \(name)")
      if !isQuiet { console.note("step \(grouped(step)): \(name)") }
    }
  }

  /// Of a run that failed: the step at which its loss was no number any more is a point of its curve.
  func receive(_ failure: TrainingError) {
    guard case .nonFiniteLoss(let step) = failure else { return }
    lastStep = max(lastStep, step)
    keep("loss", .nan)
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
    case .neededForFeatures:
      console.note(
        "\(report.teacher) runs in each step, and its logits are not kept: its layers are compared too")
      logitsWords = "computed in each step"
    }
  }

  private func record(_ report: CalibrationReport) {
    watch = Stopwatch()
    let words =
      "ranges of \(counted(report.ranges, "activation")) calibrated on \(counted(report.images, "image")) "
      + "(\(counted(report.calibration.batches, "batch", plural: "batches")), observer "
      + "\(report.calibration.observer.name))"
    events.append("before step 1: " + words)
    if !isQuiet { console.note("before step 1: \(words); training goes on from there") }
  }

  private func record(_ report: StepReport) {
    lastStep = report.step
    keep("loss", report.loss)
    keep("task_loss", report.taskLoss)
    if !termLabels.isEmpty { keep("kd_loss", report.distillationLoss) }
    for (label, loss) in zip(termLabels, report.termLosses) { keep("kd_loss." + label, loss) }
    keep("accuracy", report.accuracy)
    keep("lr", report.learningRate)
    console.progress {
      Progress(
        activity: activity, done: report.step, total: report.steps,
        stage: "epoch \(report.epoch)/\(report.epochs)",
        figures: [
          Progress.Figure("loss", fixed(report.loss, 3), value: report.loss),
          Progress.Figure("accuracy", percentage(report.accuracy, 1)),
          Progress.Figure("", grouped(Int(clamping: report.imagesPerSecond.rounded())) + " images/s"),
        ],
        // The pace is this epoch's: later ones may have the teacher's logits at hand.
        secondsLeft: watch.seconds / Double(max(report.step - epochStart, 1))
          * Double(report.steps - report.step))
    }
  }

  private func record(_ report: EpochReport) {
    epochStart = lastStep
    watch = Stopwatch()
    let looked = report.isOfValidation ? "validation" : "test"
    accuracies.append(report.testAccuracy)
    keep(looked + "_accuracy", report.testAccuracy)
    keep(looked + "_loss", report.testLoss)
    keep("train_loss", report.loss)
    keep("train_accuracy", report.trainingAccuracy)
    var parts = ["epoch \(report.epoch)/\(report.epochs)", "loss \(fixed(report.loss, 4))"]
    if !termLabels.isEmpty { parts.append("(" + lossWords(report) + ")") }
    parts += [
      "train \(percentage(report.trainingAccuracy, 1))", "\(looked) \(percentage(report.testAccuracy, 2))",
    ]
    console.text(measured: "\(parts.joined(separator: "  "))  \(measured: fixed(report.seconds, 1) + " s")")
  }

  private func lossWords(_ report: EpochReport) -> String {
    var words = ["task \(fixed(report.taskLoss, 4))", "kd \(fixed(report.distillationLoss, 4))"]
    if termLabels.count > 1 {
      words += zip(termLabels, report.termLosses).map { "\($0) \(significant($1))" }
    }
    return words.joined(separator: ", ")
  }

  /// Says what each part of the blend weighs, where that needs saying, and warns of those that weigh nothing.
  private func record(_ report: BlendReport) {
    if recipe.namesTerms {
      let parts = report.terms.map { term in
        "\(term.name) \(significant(term.part.gradientNorm))"
          + (report.ratio(of: term).map { " (\(percentage($0, 1)) of the task's)" } ?? "")
      }
      console.note(
        "gradients at the end of epoch \(report.epoch), at full weight: task "
          + ([significant(report.task.gradientNorm)] + parts).joined(separator: ", "))
    }
    for (index, term) in report.terms.enumerated() where recipe.distillation[index].scale == .balanced {
      let words =
        "\(term.name) at the end of epoch \(report.epoch): balanced with the task image by image, by a factor of "
        + "\(significant(term.scale)) on average"
      events.append(words)
      console.note(words)
    }
    guard let workspace else { return }
    for found in TermFindings(recipe: recipe, report: report, statement: statement).all {
      let range = termRanges.indices.contains(found.index) ? termRanges[found.index] : nil
      console.put(.finding(workspace.finding(found.kind, found.sighting, at: range)))
    }
  }

  private func keep(_ key: String, _ value: Double) { metrics.append((key, lastStep, value)) }
}

extension TrainingRecipe {
  /// Whether each distillation term is shown by itself: where there are several, or one of layers.
  var namesTerms: Bool { distillation.count > 1 || distillation.contains { $0.loss.feature != nil } }
}
