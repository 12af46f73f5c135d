import Datasets
import GraphIR
import Language
import SessionStore
import Text
import Training

/// How long a run will take, by steps that were measured, and how it could be shorter.
struct RunDuration {
  var stepMilliseconds: Double
  /// Steps that were measured.
  var measured: Int
  /// Of an epoch.
  var steps: Int
  var epochs: Int
  /// Images that are evaluated after each epoch, as a share of those that it trains with.
  var testShare: Double

  /// A forward pass is about a third of a step.
  var seconds: Double {
    stepMilliseconds / 1000 * Double(steps) * Double(epochs) * (1 + testShare / 3)
  }

  func words(shorter: [String]) -> String {
    let pace = fixed(stepMilliseconds, stepMilliseconds < 10 ? 1 : 0)
    let remedy = shorter.isEmpty ? "" : "; shorter: \(sentence(shorter, "or"))"
    return "about \(roughly(seconds)) for \(counted(epochs, "epoch")) of \(counted(steps, "step")), at "
      + "\(pace) ms a step, measured on \(measured)\(remedy)"
  }
}

/// "45 s", "3 min", "1 h 20 min".
private func roughly(_ seconds: Double) -> String {
  guard seconds >= 100 else { return "\(Int(clamping: seconds.rounded())) s" }
  let minutes = Int(clamping: (seconds / 60).rounded())
  guard minutes >= 60 else { return "\(minutes) min" }
  return "\(grouped(minutes / 60)) h" + (minutes % 60 == 0 ? "" : " \(minutes % 60) min")
}

extension PlannedRun {
  /// Multiplications and additions from which on a run is worth a word: some twenty seconds of two cores.
  ///
  /// The work decides and not the clock, so that every machine says it of the same runs.
  private static let longWork = 5e12
  /// Steps that are measured, unless they take longer than a second: the first is slower than the others.
  private static let trialSteps = 4
  private static let trialSeconds = 1.0

  private var work: Double {
    Double(start.graph.trainingOperations) * Double(data.dataset.training.count) * Double(recipe.epochs)
  }

  /// Measures some steps of a long run, and says how long it will take; beside a teacher, whose own run was longer,
  /// nothing is said.
  func tellDuration(_ workspace: Workspace, _ console: Console) throws {
    guard teachers.isEmpty, work >= Self.longWork else { return }
    var trial = recipe
    trial.quantization?.calibration = nil
    let enough = Cancellation()
    let watch = Stopwatch()
    var steps = 0
    do {
      let outcome = try train(
        try startModel(workspace), on: data.dataset, recipe: trial, cancellation: enough
      ) { event in
        guard case .step = event else { return }
        steps += 1
        console.progress {
          Progress(
            activity: verb.text + " " + result.name, done: steps, total: Self.trialSteps,
            stage: "measuring a step")
        }
        let isEnough = steps >= Self.trialSteps || watch.seconds >= Self.trialSeconds
        if isEnough || console.cancellation.isCancelled { enough.cancel() }
      }
      if !console.cancellation.isCancelled, outcome.stepsDone > 0 { tell(outcome, console) }
    } catch TrainingError.nonFiniteLoss, TrainingError.nonFiniteParameter {
      // What goes wrong in the first steps goes wrong in the run, which tells of it.
    }
  }

  private func tell(_ outcome: TrainingOutcome, _ console: Console) {
    let images = max(1, data.dataset.training.count)
    let duration = RunDuration(
      stepMilliseconds: outcome.stepMilliseconds, measured: outcome.stepsDone,
      steps: images / max(1, min(recipe.batchSize, images)), epochs: recipe.epochs,
      testShare: Double(data.dataset.test.count) / Double(images))
    console.metric(
      result.name, "expected_seconds", duration.seconds, text: duration.words(shorter: shorter),
      reproducible: false)
  }

  /// Cells and options with which it would take a fraction of the time.
  private var shorter: [String] {
    var ways: [String] = []
    let quarter = data.dataset.training.count / 4
    if quarter >= 1000 {
      var choice = data.choice
      choice.request.limit = quarter / 1000 * 1000
      ways.append("data \(choice.text)")
    }
    if recipe.epochs > 1 { ways.append("epochs 1") }
    if kind == .train, case .fresh = start, let smaller { ways.append("\(result.name) = train \(smaller)") }
    return ways
  }

  /// The largest architecture of at most a quarter of the work.
  private var smaller: String? {
    let most = start.graph.trainingOperations / 4
    return Architecture.all.compactMap { architecture -> (name: String, operations: Int)? in
      // One that the images don't fit is none to propose.
      guard let graph = try? architecture.build(start.graph.inputShape, data.classes),
        graph.trainingOperations <= most
      else { return nil }
      return (architecture.name, graph.trainingOperations)
    }.max { $0.operations < $1.operations }?.name
  }
}
