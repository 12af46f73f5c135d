import Datasets
import GraphIR
import Text
import Training

/// Measured models side by side, against the first float one.
struct Comparison {
  struct Row {
    var entry: ModelEntry
    var accuracy: Double
    var speed: Speed
    var bytes: Double
    /// Wall-clock time of the run that made it; nil where none did.
    var trainingSeconds: Double?
  }

  var rows: [Row]
  /// Every model of the session, from which it is known how a row was made.
  var models: [ModelEntry]
  var data: ChosenData

  private var reference: Row? { rows.first { $0.entry.kind == .float } }

  func report(_ console: Console) {
    console.put(.table(qualityTable))
    console.put(.table(costTable))
    if let picture { console.put(.curve(picture)) }
    if let reference { explain(reference, console) }
    for row in rows { report(row, console) }
  }

  /// Where each model lies between small and right; nil where there are not two sizes to see.
  private var picture: Curve? {
    guard Set(rows.map(\.bytes)).count > 1 else { return nil }
    return Curve(
      title: "accuracy over size", xLabel: "size, MB", yLabel: "accuracy, %",
      series: rows.map { row in
        Curve.Series(name: row.entry.name, points: [.init(x: row.bytes / 1e6, y: 100 * row.accuracy)])
      }, since: 3)
  }

  private func explain(_ reference: Row, _ console: Console) {
    console.note(
      "change (in points), ratio and speed are against \(reference.entry.name); latency and speed are of one "
        + "image, images/s of batches")
    for note in recoveryNotes { console.note(note) }
  }

  /// What recovery is measured against, or why it is not: a sentence for each baseline, and for each that is missing.
  private var recoveryNotes: [String] {
    let trained = rows.filter(isQuantizedInTraining)
    let baselines = trained.compactMap(baseline(of:))
    let several = Set(baselines.map(\.ptq.entry.name)).count > 1
    var notes: [String] = []
    for baseline in baselines {
      let name = baseline.ptq.entry.name
      let own = trained.filter { self.baseline(of: $0)?.ptq.entry.name == name }.map(\.entry.name)
      let what = several ? "recovery of \(sentence(own))" : "recovery"
      let loss = "\(fixed(100 * baseline.loss, 2)) points"
      let note =
        baseline.isBeyondChance
        ? "\(what): share of what \(name) lost, \(loss), that training won back"
        : "\(what) is left out: \(name) lost \(loss), which is within chance "
          + "(\(fixed(100 * baseline.noise, 2)) points)"
      if !notes.contains(note) { notes.append(note) }
    }
    for row in trained where baseline(of: row) == nil {
      guard let float = floatRow(of: row), let policy = row.entry.policy(among: models),
        let options = policy.gridOptions
      else { continue }
      let cell = (["baseline = ptq", float.entry.name] + options).joined(separator: " ")
      let note = "for the recovery, add a post-training baseline: \(cell)"
      if !notes.contains(note) { notes.append(note) }
    }
    return notes
  }

  private func isQuantizedInTraining(_ row: Row) -> Bool {
    switch row.entry.method(among: models) {
    case .qat, .distilledQAT: true
    case .float, .distilledFloat, .dynamic, .ptq: false
    }
  }

  /// What a QAT model is set against: the float model that it came from, and that model quantized to the same grids
  /// after training.
  private struct Baseline {
    var float, ptq: Row
    /// Two standard errors of the float model's accuracy.
    var noise: Double

    var loss: Double { float.accuracy - ptq.accuracy }
    var isBeyondChance: Bool { loss > noise }
  }

  private func floatRow(of row: Row) -> Row? {
    row.entry.floatOrigin(among: models).flatMap { origin in rows.first { $0.entry.name == origin.name } }
  }

  private func baseline(of row: Row) -> Baseline? {
    guard isQuantizedInTraining(row), let float = floatRow(of: row),
      let policy = row.entry.policy(among: models)
    else { return nil }
    let ptq = rows.first { other in
      other.entry.method(among: models) == .ptq
        && other.entry.floatOrigin(among: models)?.name == float.entry.name
        && other.entry.policy(among: models)?.hasGrids(of: policy, in: float.entry.graph) ?? false
    }
    return ptq.map {
      Baseline(
        float: float, ptq: $0, noise: accuracyNoise(float.accuracy, images: data.dataset.test.count))
    }
  }

  /// (QAT − PTQ) / (FP32 − PTQ); nil where there is no such row, or its loss is within chance.
  private func recovery(of row: Row) -> Double? {
    guard let baseline = baseline(of: row), baseline.isBeyondChance else { return nil }
    return (row.accuracy - baseline.ptq.accuracy) / baseline.loss
  }

  private var hasRecovery: Bool { rows.contains { recovery(of: $0) != nil } }
  private var hasTraining: Bool { rows.contains { $0.trainingSeconds != nil } }

  /// What the models can do, and what it took to make them.
  private var qualityTable: Table {
    var columns = [Table.Column("model"), Table.Column("method"), Table.Column("accuracy", .right)]
    if reference != nil { columns.append(Table.Column("change", .right)) }
    if hasRecovery { columns.append(Table.Column("recovery", .right)) }
    if hasTraining { columns.append(Table.Column("training", .right)) }
    return Table(
      title: "on \(counted(data.dataset.test.count, "test image")) of \(data.choice.request.title)",
      columns: columns,
      rows: rows.map { row in
        var cells: [Table.Cell] = [
          .text(row.entry.name), .text(method(of: row)), .percentage(row.accuracy),
        ]
        if let reference { cells.append(.signed(100 * (row.accuracy - reference.accuracy), 2, .points)) }
        if hasRecovery { cells.append(recovery(of: row).map { .percentage($0, 0) } ?? .blank) }
        if hasTraining { cells.append(row.trainingSeconds.map { .seconds($0) } ?? .blank.measured) }
        return cells
      })
  }

  /// What the models need.
  private var costTable: Table {
    var columns = [Table.Column("model"), Table.Column("size", .right)]
    if reference != nil { columns.append(Table.Column("ratio", .right)) }
    columns += [Table.Column("latency", .right), Table.Column("images/s", .right)]
    if reference != nil { columns.append(Table.Column("speed", .right)) }
    return Table(
      columns: columns,
      rows: rows.map { row in
        var cells: [Table.Cell] = [.text(row.entry.name), .bytes(row.bytes)]
        if let reference { cells.append(.fixed(row.bytes / max(reference.bytes, 1), 3)) }
        cells += [
          .milliseconds(Numeral(threeDigits: row.speed.latencyMilliseconds)),
          .imagesPerSecond(row.speed.imagesPerSecond),
        ]
        if let reference { cells.append(.times(speedup(row, over: reference))) }
        return cells
      })
  }

  /// "QAT + KD, int8": the method, and the kind where the method leaves it open.
  private func method(of row: Row) -> String {
    let words = row.entry.method(among: models).words
    switch row.entry.kind {
    case .float, .dynamic: return words
    case .fakeQuantized: return words + ", fake"
    case .integer: return words + ", int8"
    }
  }

  private func speedup(_ row: Row, over reference: Row) -> Double {
    reference.speed.latencyMilliseconds / row.speed.latencyMilliseconds
  }

  private func report(_ row: Row, _ console: Console) {
    let name = row.entry.name
    console.metric(name, "accuracy", row.accuracy)
    console.metric(name, "size_bytes", row.bytes)
    console.metric(name, "latency_ms", row.speed.latencyMilliseconds, reproducible: false)
    console.metric(name, "throughput", row.speed.imagesPerSecond, reproducible: false)
    if let reference {
      console.metric(name, "drop_points", 100 * (reference.accuracy - row.accuracy))
      console.metric(name, "speedup", speedup(row, over: reference), reproducible: false)
    }
    if let recovery = recovery(of: row) { console.metric(name, "recovery", recovery) }
    if let seconds = row.trainingSeconds {
      console.metric(name, "training_seconds", seconds, reproducible: false)
    }
  }
}
