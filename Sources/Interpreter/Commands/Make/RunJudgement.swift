import Datasets
import GraphIR
import Language
import Text
import Training

/// What a run came to beside its start and its teachers, and what its figures show.
struct RunJudgement {
  var run: PlannedRun
  var outcome: TrainingOutcome
  /// The session before the result was kept, in which the start is what it was.
  var before: Workspace
  var after: Workspace

  private var name: String { run.result.name }

  /// False where it was cancelled; a run that was stopped is not judged.
  func put(_ recorder: RunRecorder, _ console: Console) throws -> Bool {
    guard !outcome.interrupted, !outcome.lastPredictions.isEmpty else { return true }
    var known: [String: [Int]] = [:]
    for (place, teacher) in run.teachers.enumerated() where known[teacher] == nil {
      guard let predictions = try predictions(of: teacher, in: before, console) else { return false }
      known[teacher] = predictions
      let share = agreement(predictions, outcome.lastPredictions)
      console.metric(
        name, place == 0 ? "teacher_agreement" : "teacher_agreement.\(teacher)", share,
        text: "\(name) and \(teacher) choose the same class for \(percentage(share)) of the test images")
    }
    var evidence = evidence(recorder)
    if case .weights(let entry) = run.start {
      guard let predictions = try known[entry.name] ?? predictions(of: entry.name, in: before, console)
      else { return false }
      evidence.start = RunEvidence.Start(
        name: entry.name, predictions: predictions,
        learningRate: entry.details[.learningRate].flatMap(Double.init))
    }
    guard let layers = try layers(console) else { return false }
    evidence.layers = layers
    if let difference = evidence.difference, let start = evidence.start?.name {
      let words = start == name ? "what it went on from" : start
      console.verdict(name, beside: words, difference, accuracy: evidence.accuracy)
    } else {
      console.verdict(evidence)
    }
    console.put(after.findings(in: evidence))
    return true
  }

  private func predictions(
    of model: String, in session: Workspace, _ console: Console
  ) throws -> [Int]? {
    let evaluation = try console.evaluation(of: session.weights(of: model), named: model, on: run.data)
    if evaluation == nil {
      console.note("stopped before its classes were compared with those of \(model); \(name) is kept")
    }
    return evaluation?.predictions
  }

  private func layers(_ console: Console) throws -> [LayerActivity]? {
    let watch = Stopwatch()
    let layers = try layerActivities(
      of: outcome.model, on: run.data.dataset, seed: run.recipe.seed, cancellation: console.cancellation
    ) { done, total in
      // What is over in a moment has nothing to show.
      guard watch.seconds > 0.5 else { return }
      console.progress { Progress(activity: "look at \(name)", done: done, total: total, stage: "layers") }
    }
    if layers == nil { console.note("stopped before its layers were looked at; \(name) is kept") }
    return layers
  }

  private func evidence(_ recorder: RunRecorder) -> RunEvidence {
    let dataset = run.data.dataset
    var evidence = RunEvidence(
      name: name, kind: outcome.model.kind, statement: run.statement,
      labels: dataset.test.labels.map(Int.init),
      predictions: outcome.lastPredictions, loss: outcome.test?.loss ?? 0, classNames: dataset.classNames,
      trainingImages: dataset.training.classCounts(of: dataset.classNames.count))
    evidence.recipe = run.recipe
    evidence.trainingLoss = outcome.lastEpoch?.taskLoss
    evidence.epochAccuracies = recorder.accuracies
    evidence.steps = outcome.stepsDone
    evidence.foundBefore = run.findings.map(\.id)
    return evidence
  }
}
