import Datasets
import GraphIR
import Language
import SessionStore
import Text
import Training

extension Keyword {
  static let comparedSeeds = Keyword(
    "seeds", .count(2...10), otherwise: "the models as they are", example: "3",
    "train each again with so many seeds, for mean and interval")
}

extension Command {
  static let compare = Command(
    "compare", "set models side by side: accuracy, recovery, size, speed, cost",
    operands: [Operand("models", .model(nil), .many)], keywords: [.comparedSeeds],
    examples: ["compare", "compare teacher student-int8", "compare student seeds 3"],
    footprint: { arguments, known in
      let written = arguments.operands.indices.compactMap { arguments.word(at: $0)?.text }
      // How a model was made is told by what it was made from.
      let models = known.lineage(of: written.isEmpty ? known.models.map(\.name) : written)
      return Footprint(uses: Set(models.map(SessionName.model)).union([.data]), serving: .served)
    }
  ) { arguments, workspace in
    let data = try workspace.data(for: arguments.verb.range)
    var names: [String] = []
    var left: [String] = []
    let isChosen = !arguments.operands.isEmpty
    if arguments.operands.isEmpty {
      for entry in workspace.models {
        let fits = entry.graph.inputShape.takes(data.shape) && entry.graph.classes == data.classes
        if fits { names.append(entry.name) } else { left.append(entry.name) }
      }
      guard !names.isEmpty || left.isEmpty else {
        throw ModelError.noneFits(
          arguments.verb, models: left, data: data.shape, dataName: data.choice.text)
      }
      guard !names.isEmpty else { throw ModelError.nothingToCompare(arguments.verb) }
    }
    for place in arguments.operands.indices {
      guard let word = arguments.word(at: place) else { continue }
      try workspace.requireFit(workspace.model(word), word, data)
      if !names.contains(word.text) { names.append(word.text) }
    }
    let comparison = PlannedComparison(
      names: names, left: left, isChosen: isChosen, data: data, verb: arguments.verb,
      seeds: arguments.count(.comparedSeeds))
    return Plan { workspace, console in try comparison.run(workspace, console) }
  }
}

/// A comparison of models that fit the data.
private struct PlannedComparison {
  var names: [String]
  /// Models that don't fit the data.
  var left: [String]
  /// True where the user named the models: one that is damaged is then an error, else it is left out.
  var isChosen: Bool
  var data: ChosenData
  var verb: Word

  var seeds: Int?

  func run(_ workspace: Workspace, _ console: Console) throws -> PlanEnding {
    if let note = data.note { console.note(note) }
    for name in names {
      if let note = foreignData(try workspace.entry(name), data) { console.note(note) }
    }
    if !left.isEmpty {
      console.note("left out, because the data does not fit: " + sentence(left))
    }
    guard let rows = try rows(workspace, console) else { return .interrupted }
    let comparison = Comparison(rows: rows, models: workspace.lineage(of: names), data: data)
    comparison.report(console)
    guard let seeds else { return .done }
    let repeats = SeedRepeats(count: seeds, data: data, verb: verb)
    return try SeedComparison(entries: rows.map(\.entry), models: comparison.models, repeats: repeats)
      .run(workspace, console, isChosen: isChosen)
  }

  /// Nil where the user stopped it.
  private func rows(_ workspace: Workspace, _ console: Console) throws -> [Comparison.Row]? {
    var measured: [(entry: ModelEntry, accuracy: Double)] = []
    for name in names {
      guard let model = try weights(of: name, workspace, console) else { continue }
      let entry = try workspace.entry(name)
      let accuracy = try runningTraining(verb) {
        try console.knownAccuracy(of: entry, model, on: data)
      }
      guard let accuracy, !console.cancellation.isCancelled else { return nil }
      measured.append((entry, accuracy))
    }
    guard !measured.isEmpty else { throw ModelError.nothingToCompare(verb) }
    let speeds = try runningTraining(verb) {
      try measureSpeeds(of: measured.count, cancellation: console.cancellation) { index in
        try workspace.weights(of: measured[index].entry.name)
      }
    }
    guard let speeds else { return nil }
    let seconds = Dictionary(
      try workspace.runRows(of: names).compactMap { run in run.seconds.map { (run.model, $0) } },
      uniquingKeysWith: { $1 })
    return zip(measured, speeds).map { measured, speed in
      Comparison.Row(
        entry: measured.entry, accuracy: measured.accuracy, speed: speed,
        bytes: Double(measured.entry.byteCount ?? 0), trainingSeconds: seconds[measured.entry.name])
    }
  }

  /// A model with its weights; nil, with a warning, where it is damaged and was not asked for.
  private func weights(of name: String, _ workspace: Workspace, _ console: Console) throws -> Model? {
    do {
      return try workspace.weights(of: name)
    } catch let error as StoreError where !isChosen {
      console.put(
        .diagnostic(
          Diagnostic(
            id: "damaged-model", severity: .warning, message: "\(name) is left out: \(error.description)",
            range: verb.range)))
      return nil
    }
  }
}
