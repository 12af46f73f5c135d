import Datasets
import GraphIR
import Language
import SessionStore
import Training

extension Command {
  static let compare = Command(
    "compare", "set models side by side: accuracy, size, speed",
    operands: [Operand("models", .model(nil), .many)],
    examples: ["compare", "compare teacher student-int8"]
  ) { arguments, scope in
    let data = try scope.data(for: arguments.verb.range)
    var names: [String] = []
    var left: [String] = []
    let isChosen = !arguments.operands.isEmpty
    if arguments.operands.isEmpty {
      for entry in scope.models {
        let fits = entry.graph.inputShape == data.shape && entry.graph.classes == data.classes
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
      try scope.requireFit(scope.model(word), word, data)
      if !names.contains(word.text) { names.append(word.text) }
    }
    let comparison = PlannedComparison(
      names: names, left: left, isChosen: isChosen, data: data, verb: arguments.verb)
    return Step { draft, console in try comparison.run(draft, console) }
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

  struct Row {
    var entry: ModelEntry
    var accuracy: Double
    var speed: Speed
    var bytes: Double
  }

  func run(_ draft: Draft, _ console: Console) throws -> StepEnding {
    if let note = data.note { console.note(note) }
    for name in names {
      if let note = foreignData(try draft.entry(name), data) { console.note(note) }
    }
    if !left.isEmpty {
      console.note("left out, because the data does not fit: " + sentence(left))
    }
    var measured: [(entry: ModelEntry, accuracy: Double)] = []
    for name in names {
      guard let model = try weights(of: name, draft, console) else { continue }
      let entry = try draft.entry(name)
      let accuracy = try runningTraining(verb) { try console.knownAccuracy(of: entry, model, on: data) }
      guard let accuracy, !console.cancellation.isCancelled else { return .interrupted }
      measured.append((entry, accuracy))
    }
    guard !measured.isEmpty else { throw ModelError.nothingToCompare(verb) }
    let speeds = try runningTraining(verb) {
      try measureSpeeds(of: measured.count, cancellation: console.cancellation) { index in
        try draft.model(measured[index].entry.name)
      }
    }
    guard let speeds else { return .interrupted }
    let rows = zip(measured, speeds).map { measured, speed in
      Row(
        entry: measured.entry, accuracy: measured.accuracy, speed: speed,
        bytes: Double(measured.entry.byteCount ?? 0))
    }
    let reference = rows.first { $0.entry.kind == .float }
    console.put(.table(table(rows, reference: reference)))
    if let name = reference?.entry.name {
      console.note(
        "change (in points), ratio and speed are against \(name); latency and speed are of one image, "
          + "images/s of batches")
    }
    for row in rows { report(row, reference: reference, console) }
    return .done
  }

  /// A model with its weights; nil, with a warning, where it is damaged and was not asked for.
  private func weights(of name: String, _ draft: Draft, _ console: Console) throws -> Model? {
    do {
      return try draft.model(name)
    } catch let error as StoreError where !isChosen {
      console.put(
        .diagnostic(
          Diagnostic(
            id: "damaged-model", severity: .warning, message: "\(name) is left out: \(error.description)",
            range: verb.range)))
      return nil
    }
  }

  private func table(_ rows: [Row], reference: Row?) -> Table {
    var columns = [Table.Column("model"), Table.Column("kind"), Table.Column("accuracy", .right)]
    if reference != nil { columns.append(Table.Column("change", .right)) }
    columns.append(Table.Column("size", .right))
    if reference != nil { columns.append(Table.Column("ratio", .right)) }
    columns += [Table.Column("latency", .right), Table.Column("images/s", .right)]
    if reference != nil { columns.append(Table.Column("speed", .right)) }
    return Table(
      title: "on \(counted(data.dataset.test.count, "test image")) of \(data.choice.request.name)",
      columns: columns, rows: rows.map { cells($0, reference: reference) })
  }

  private func cells(_ row: Row, reference: Row?) -> [String] {
    var cells = [row.entry.name, row.entry.kind.words, percentage(row.accuracy)]
    if let reference { cells.append(signed(100 * (row.accuracy - reference.accuracy), 2)) }
    cells.append(byteCount(row.bytes))
    if let reference { cells.append(fixed(row.bytes / max(reference.bytes, 1), 3)) }
    cells += [
      threeDigits(row.speed.latencyMilliseconds) + " ms", grouped(Int(row.speed.imagesPerSecond.rounded())),
    ]
    if let reference { cells.append(fixed(speedup(row, over: reference), 2) + "×") }
    return cells
  }

  private func speedup(_ row: Row, over reference: Row) -> Double {
    reference.speed.latencyMilliseconds / row.speed.latencyMilliseconds
  }

  private func report(_ row: Row, reference: Row?, _ console: Console) {
    let name = row.entry.name
    console.metric(name, "accuracy", row.accuracy)
    console.metric(name, "size_bytes", row.bytes)
    console.metric(name, "latency_ms", row.speed.latencyMilliseconds, reproducible: false)
    console.metric(name, "throughput", row.speed.imagesPerSecond, reproducible: false)
    if let reference {
      console.metric(name, "speedup", speedup(row, over: reference), reproducible: false)
    }
  }
}
