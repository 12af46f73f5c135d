import Execution
import GraphIR
import Language
import SessionStore
import Text
import Training

/// A comparison of models that fit the data.
struct PlannedComparison {
  var names: [String]
  /// Those that the user named: one that is damaged is then an error, else it is left out.
  var written: Set<String>
  /// Models that don't fit the data.
  var left: [String]
  /// True where every model is meant.
  var isAll: Bool
  var data: ChosenData
  var verb: Word
  var seeds: Int?
  /// What float models multiply.
  var precision: TrainingPrecision
  var form: TableForm?

  func run(_ workspace: Workspace, _ console: Console) throws -> PlanEnding {
    let origins = origins(workspace)
    let names = ComparedNames.grouped(origins + self.names, workspace.names)
    if form == nil { try announce(origins, workspace, console) }
    guard let rows = try rows(names, workspace, console) else { return .interrupted }
    let models = models(names, workspace)
    let comparison = Comparison(
      rows: rows, models: models,
      versions: Set(workspace.withOrigins(models).filter { VersionReference($0.name) != nil }.map(\.name)),
      data: data, named: isAll ? [] : self.names, known: workspace.names, precision: precision)
    if form == nil || seeds == nil { comparison.report(form, console) }
    guard let seeds else { return .done }
    if precision != .float32 { console.note("the models of other seeds are measured in f32") }
    let repeats = SeedRepeats(count: seeds, data: data, verb: verb)
    let repeated = rows.map(\.entry).filter { !origins.contains($0.name) }
    return try SeedComparison(entries: repeated, models: models, repeats: repeats, form: form)
      .run(workspace, console, isChosen: !written.isEmpty)
  }

  /// The models by which it is known how others were made: where all are compared, those that are current, so that a
  /// session of many versions isn't measured whole.
  private func models(_ names: [String], _ workspace: Workspace) -> [ModelEntry] {
    workspace.lineage(of: names).filter { !isAll || VersionReference($0.name) == nil }
  }

  /// Float models that quantized ones of the comparison were made from, that fit the data and are not named.
  private func origins(_ workspace: Workspace) -> [String] {
    let models = models(names, workspace)
    var origins: [String] = []
    for entry in models where names.contains(entry.name) && entry.kind != .float {
      guard case .model(let name) = entry.origin(among: models), !(names + origins + left).contains(name),
        let graph = try? workspace.entry(name).graph, graph.inputShape.takes(data.shape),
        graph.classes == data.classes
      else { continue }
      origins.append(name)
    }
    return origins
  }

  private func announce(_ origins: [String], _ workspace: Workspace, _ console: Console) throws {
    if let note = data.note { console.note(note) }
    for name in origins + names {
      if let note = foreignData(try workspace.entry(name), data) { console.note(note) }
    }
    if !left.isEmpty {
      console.note("left out, because the data does not fit: " + sentence(left))
    }
    if !origins.isEmpty {
      let isOne = origins.count == 1
      console.note(
        "\(sentence(origins)), which the others were made from, \(isOne ? "stands" : "stand") beside them")
    }
  }

  /// Nil where the user stopped it.
  private func rows(
    _ names: [String], _ workspace: Workspace, _ console: Console
  ) throws -> [Comparison.Row]? {
    var measured: [(entry: ModelEntry, evaluation: Evaluation)] = []
    for name in names {
      guard let model = try weights(of: name, workspace, console) else { continue }
      let entry = try workspace.entry(name)
      let evaluation = try runningTraining(verb) {
        try console.answers(of: model, named: name, on: data, precision: precision, workspace.library.answers)
      }
      guard let evaluation, !console.cancellation.isCancelled else { return nil }
      measured.append((entry, evaluation))
    }
    guard !measured.isEmpty else { throw ModelError.nothingToCompare(verb) }
    let speeds = try runningTraining(verb) {
      try console.speeds(of: measured.map(\.entry.name), precision: precision) { index in
        try workspace.weights(of: measured[index].entry.name)
      }
    }
    guard let speeds else { return nil }
    let seconds = try workspace.seconds(of: measured.map(\.entry))
    return zip(measured, speeds).map { measured, speed in
      Comparison.Row(
        entry: measured.entry, accuracy: measured.evaluation.accuracy,
        hits: data.hits(measured.evaluation), speed: speed,
        bytes: Double(measured.entry.byteCount ?? 0),
        trainingSeconds: measured.entry.run.flatMap { seconds[$0] })
    }
  }

  /// A model with its weights; nil, with a warning, where it is damaged and was not asked for.
  private func weights(of name: String, _ workspace: Workspace, _ console: Console) throws -> Model? {
    do {
      return try workspace.weights(of: name)
    } catch let error as StoreError where !written.contains(name) {
      leaveOut(name, error.description, console)
      return nil
    } catch let error as TrainingError where !written.contains(name) {
      leaveOut(name, RunError(cause: error, verb: verb).diagnostic.message, console)
      return nil
    }
  }

  private func leaveOut(_ name: String, _ reason: String, _ console: Console) {
    console.put(
      .diagnostic(
        Diagnostic(
          id: "damaged-model", severity: .warning, message: "\(name) is left out: \(reason)",
          range: verb.range)))
  }
}
