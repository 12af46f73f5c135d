import Datasets
import Execution
import Foundation
import GraphIR
import Language
import Quantization
import SessionStore
import Text
import Training

/// A training or QAT run that is ready to start: everything it needs is known to be there and to fit.
struct PlannedRun {
  var kind: RunRecord.Kind
  /// The model that the run makes.
  var result: ModelEntry
  var start: TrainingStart
  var recipe: TrainingRecipe
  var data: ChosenData
  var teachers: [String]
  var logits: LogitsLibrary?
  /// What to say before it starts: how it begins, what it replaces.
  var notes: [String] = []
  var warnings: [Diagnostic] = []
  /// What is seen before it starts.
  var findings: [Finding] = []
  var verb: Word
  var statement: WrittenStatement
  /// True where a sweep finds the learning rate before the first step.
  var findsRate = false
  var learningRateRange: SourceRange?
  /// Where the loss of each distillation term stands.
  var termRanges: [SourceRange]

  /// A run whose options say no more than its recipe and its teachers.
  init(
    kind: RunRecord.Kind, result: ModelEntry, start: TrainingStart, recipe: TrainingRecipe,
    guidance: Guidance, data: ChosenData, _ arguments: Arguments, _ workspace: Workspace
  ) throws {
    self.kind = kind
    self.result = result
    self.start = start
    self.recipe = recipe
    (self.data, notes) = try data.forChoosingEpochs(recipe, arguments)
    statement = WrittenStatement(arguments.statement, in: workspace.source)
    findsRate = arguments.word(.learningRate) != nil
    findings = [workspace.batchNormFinding(start.graph, recipe, data, arguments)].compactMap { $0 }
    teachers = guidance.teachers.map(\.name)
    termRanges = guidance.clauses.map(\.lossRange)
    verb = arguments.verb
    learningRateRange = arguments.range(of: .learningRate)
  }

  var plan: Plan { Plan(changes: [data.use], makes: result) { try run(&$0, $1) } }

  private var activity: String { verb.text + " " + result.name }

  func run(_ workspace: inout Workspace, _ console: Console) throws -> PlanEnding {
    announce(console)
    guard findsRate else { return try train(&workspace, console) }
    guard let found = try rateSearch.run(workspace, console) else {
      console.note("stopped before the first step; nothing was kept")
      return .interrupted
    }
    var run = self
    let words: String
    (run.recipe.learningRate, words) = found.rate(otherwise: recipe.learningRate)
    console.note(words)
    return try run.train(&workspace, console, rateWords: words)
  }

  private func announce(_ console: Console) {
    for warning in warnings { console.put(.diagnostic(warning)) }
    console.put(findings)
    if let note = data.note { console.note(note) }
    for note in notes { console.note(note) }
  }

  private func train(
    _ workspace: inout Workspace, _ console: Console, rateWords: String? = nil
  ) throws -> PlanEnding {
    console.note("settings: " + recipe.words)
    let recorder = RunRecorder(
      activity: activity, recipe: recipe, termRanges: termRanges, console: console)
    (recorder.workspace, recorder.statement) = (workspace, statement)
    if !workspace.cellRuns.takesUpNext { try tellDuration(workspace, console) }
    let open = try begin(recorder, workspace, console)
    open.settings = { settings($0, rateWords: rateWords) }
    let outcome = try outcome(workspace, recorder, open, console)
    guard outcome.stepsDone > 0 else {
      try open.discard()
      console.note("stopped before the first step; nothing was kept")
      return .interrupted
    }
    let test = try testFigures(of: outcome, console)
    var record = record(of: outcome, recorder, open)
    record.settings["lr-sweep"] = rateWords
    let before = workspace
    let entry = try keep(outcome, test: test, run: workspace.keep(record), in: &workspace)
    report(outcome, test: test, entry: entry, console)
    if outcome.interrupted { try tell(stopped: open, console) }
    let judgement = RunJudgement(run: self, outcome: outcome, before: before, after: workspace)
    let isJudged = try runningTraining(verb) { try judgement.put(recorder, console) }
    if let bytes = recorder.keptLogitsBytes {
      console.metric(result.name, "teacher_logits_bytes", Double(bytes))
    }
    return outcome.interrupted || !isJudged ? .interrupted : .done
  }

  /// The model as it is before the first step.
  func startModel(_ workspace: Workspace) throws -> Model {
    switch start {
    case .fresh(let graph):
      Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: recipe.seed))
    case .weights(let entry): try workspace.weights(of: entry.name)
    }
  }

  /// The model that it begins with, and its teachers.
  func models(_ workspace: Workspace) throws -> (start: Model, teachers: [String: Model]) {
    let model = try startModel(workspace)
    var teacherModels: [String: Model] = [:]
    for teacher in teachers { teacherModels[teacher] = try workspace.weights(of: teacher) }
    return (model, teacherModels)
  }

  private var rateSearch: RateSearch {
    RateSearch(activity: activity, recipe: recipe, data: data.dataset, logits: logits, verb: verb) {
      try models($0)
    }
  }

  private func outcome(
    _ workspace: Workspace, _ recorder: RunRecorder, _ open: OpenRun, _ console: Console
  ) throws -> TrainingOutcome {
    let checkpoints = open.checkpointing(workspace.checkpointPace, recorder, console)
    do {
      let (model, teacherModels) = try models(workspace)
      // The models are let go as soon as they are compiled.
      return try Training.train(
        consume model, on: data.dataset, recipe: recipe, teachers: consume teacherModels, logits: logits,
        checkpoints: checkpoints, cancellation: console.cancellation
      ) {
        recorder.receive($0)
        open.note(recorder)
      }
    } catch let cause as TrainingError {
      recorder.receive(cause)
      let error = failure(cause)
      open.settings = { [settings = open.settings] recorder in
        settings(recorder).merging(["failure": error.diagnostic.message]) { $1 }
      }
      try open.fail(recorder)
      throw error
    } catch let misfit as CheckpointMisfit {
      throw ResumeError.misfit(verb.range, misfit.what)
    }
  }

  private func failure(_ cause: TrainingError) -> RunError {
    RunError(
      cause: cause, verb: verb, learningRateRange: learningRateRange, learningRate: recipe.learningRate)
  }

  /// Accuracy and loss on the test images, of the model as it is; nil where the run was stopped on the way.
  private func testFigures(
    of outcome: TrainingOutcome, _ console: Console
  ) throws -> (accuracy: Double, loss: Double)? {
    guard !outcome.interrupted else { return nil }
    if let test = outcome.test { return (test.accuracy, test.loss) }
    let evaluation = try evaluate(
      outcome.model, on: data.dataset.test, of: data.dataset, cancellation: console.cancellation)
    return evaluation.map { ($0.accuracy, $0.loss) }
  }

  private func record(of outcome: TrainingOutcome, _ recorder: RunRecorder, _ open: OpenRun) -> Workspace.Run
  {
    Workspace.Run(
      kind: kind, model: result.name, status: outcome.interrupted ? .interrupted : .finished,
      settings: settings(recorder), metrics: recorder.metrics, epochsDone: outcome.epochsDone,
      stepsDone: outcome.stepsDone, startedAt: open.record.startedAt, endedAt: Date(), open: open)
  }

  private func keep(
    _ outcome: TrainingOutcome, test: (accuracy: Double, loss: Double)?, run: Int,
    in workspace: inout Workspace
  ) throws -> ModelEntry {
    var entry = result
    entry.kind = outcome.model.kind
    entry.graph = outcome.model.graph
    entry.details[.data] = data.choice.text
    entry.note(data, workspace.library)
    entry.details[.settings] = recipe.words
    entry.details[.learningRate] = plain(recipe.learningRate)
    entry.details[.recipe] = recipe.json
    entry.details[.policy] = outcome.policy?.json
    // What goes on from itself can't be made again: its start is gone.
    if case .weights(let before) = start, before.name == entry.name { entry.details[.recipe] = nil }
    entry.figures["epochs"] = Double(outcome.epochsDone)
    entry.figures["step_ms"] = outcome.stepMilliseconds
    if kind == .qat, case .weights(let float) = start {
      entry.figures[ModelEntry.floatSize] = try workspace.entry(float.name).byteCount.map(Double.init)
    }
    if let test {
      entry.figures["accuracy"] = test.accuracy
      // Where a half of the test images chose, the figure is of the other half.
      let isOfHalf = data.choice.request.validation == nil && data.dataset.validation != nil
      if isOfHalf { entry.figures[ModelEntry.accuracyImages] = Double(data.dataset.test.count) }
      entry.figures["loss"] = test.loss
    }
    var new = Workspace.NewModel(entry: entry, parameters: outcome.model.parameters, run: run)
    if case .weights(let before) = start, before.name == entry.name { new.before = before }
    return try workspace.save(new)
  }

  private func report(
    _ outcome: TrainingOutcome, test: (accuracy: Double, loss: Double)?, entry: ModelEntry,
    _ console: Console
  ) {
    let name = entry.name
    if let chosen = outcome.chosenEpoch ?? (outcome.stoppedEarly ? outcome.lastEpoch : nil) {
      console.choice(of: chosen, outcome, recipe, name, data)
    }
    if outcome.interrupted {
      console.note("stopped after step \(grouped(outcome.stepsDone)); \(name) keeps what it learned")
      console.note("its accuracy was not measured; evaluate, without a name, does that for the newest model")
      if let reached = outcome.policy, let wanted = recipe.quantization?.policy, reached != wanted {
        console.note(
          "\(name) keeps the grids of \(reached.weightBits) bits that it was trained with at that step; the "
            + "ladder's end, \(wanted.weightBits) bits, was not reached")
      }
    }
    if let test {
      let images = counted(data.dataset.test.count, "test image")
      console.metric(
        name, "accuracy", test.accuracy,
        text: "\(name) accuracy \(percentage(test.accuracy)) on \(images)")
      console.metric(name, "loss", test.loss)
    }
    if !recipe.distillation.isEmpty, let epoch = outcome.lastEpoch {
      console.metric(name, "task_loss", epoch.taskLoss)
      console.metric(name, "kd_loss", epoch.distillationLoss)
      if recipe.namesTerms {
        for (label, loss) in zip(recipe.termLabels, epoch.termLosses) {
          console.metric(name, "kd_loss.\(label)", loss)
        }
      }
    }
    console.metric(name, "epochs", Double(outcome.epochsDone))
    if let bytes = entry.byteCount { console.metric(name, "size_bytes", Double(bytes)) }
    var pace = "\(name): \(fixed(outcome.stepMilliseconds, 1)) ms a training step"
    if let taught = outcome.teacherStepMilliseconds, taught != outcome.stepMilliseconds {
      pace += ", \(fixed(taught, 1)) ms while the teacher computed"
      console.metric(name, "teacher_step_ms", taught, reproducible: false)
    }
    console.metric(name, "step_ms", outcome.stepMilliseconds, text: pace, reproducible: false)
  }
}

extension Console {
  /// Puts out `model.key`.
  func metric(
    _ model: String, _ key: String, _ value: Double, text: String? = nil, reproducible: Bool = true,
    cases: Int? = nil
  ) {
    put(.metric(Metric("\(model).\(key)", value, text: text, reproducible: reproducible, cases: cases)))
  }
}
