import Datasets
import Execution
import GraphIR
import Text
import Training

/// Measured models side by side, each against its own origin.
struct Comparison {
  struct Row {
    var entry: ModelEntry
    var accuracy: Double
    /// Whether it classifies each test image right, in order.
    var hits: [Bool]
    var speed: Speed
    var bytes: Double
    /// Wall-clock time of the run that made it; nil where none did.
    var trainingSeconds: Double?
  }

  /// Those of a family side by side.
  var rows: [Row]
  /// The models of the rows with all that they were made from, by which it is known how a row was made.
  var models: [ModelEntry]
  /// Versions that models were made from and that are there, by their names, `teacher@1`.
  var versions: Set<String> = []
  var data: ChosenData
  /// Models that the user named, in order; empty where all are compared.
  var named: [String]
  /// What a baseline may be called.
  var known: KnownNames
  /// What float models multiplied.
  var precision = TrainingPrecision.float32

  /// The row that a row is set against, itself where its family begins with it; nil where that is not there.
  func reference(of row: Row) -> Row? {
    switch row.entry.origin(among: models) {
    case .itself: firstNamedFloat ?? row
    case .model(let name): self.row(name) ?? (row.entry.kind == .float ? firstNamedFloat ?? row : nil)
    case .earlier, .gone, .unknown: nil
    }
  }

  /// What named float models without an origin are set against.
  private var firstNamedFloat: Row? {
    named.lazy.compactMap { self.row($0) }.first { $0.entry.kind == .float }
  }

  func row(_ name: String) -> Row? { rows.first { $0.entry.name == name } }

  /// Of a row and another one that it is set against, image by image; nil where that is the same.
  func difference(of row: Row) -> PairedDifference? {
    guard let reference = reference(of: row), reference.entry.name != row.entry.name else { return nil }
    return PairedDifference(reference.hits, row.hits)
  }

  func isWithinChance(_ row: Row) -> Bool { difference(of: row)?.isWithinChance ?? false }

  /// The names that rows are set against, in order.
  var references: [String] {
    var names: [String] = []
    for row in rows {
      if let name = reference(of: row)?.entry.name, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// True where a row has to say what it is set against.
  var namesReferences: Bool { references.count > 1 || rows.contains { reference(of: $0) == nil } }

  /// What a row is set against, in words; empty where its family begins with it.
  func referenceWords(of row: Row) -> String {
    if let mark = row.entry.origin(among: models).mark { return mark }
    guard let name = reference(of: row)?.entry.name, name != row.entry.name else { return "" }
    return name
  }

  /// `form` is what the tables become for other programs; nil draws them.
  func report(_ form: TableForm?, _ console: Console) {
    if let form {
      console.put(.table(exactTable(form)))
    } else {
      console.put(.table(qualityTable))
      console.put(.table(costTable))
      if let picture { console.put(.curve(picture)) }
      for note in notes { console.note(note) }
      if let note = speedNote { console.note(measured: note) }
      if let busy = busyNote(rows.map(\.speed)) { console.note(measured: "\(measured: busy)") }
    }
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

  private func report(_ row: Row, _ console: Console) {
    let name = row.entry.name
    console.metric(name, "accuracy", row.accuracy)
    console.metric(name, "size_bytes", row.bytes)
    console.metric(name, "latency_ms", row.speed.latencyMilliseconds, reproducible: false)
    console.metric(name, "latency_spread", row.speed.latencySpread, reproducible: false)
    console.metric(name, "throughput", row.speed.imagesPerSecond, reproducible: false)
    console.metric(name, "throughput_spread", row.speed.throughputSpread, reproducible: false)
    if let reference = reference(of: row) {
      console.metric(name, "drop_points", 100 * (reference.accuracy - row.accuracy))
      if let difference = difference(of: row) { console.metrics(name, difference) }
      console.metric(name, "speedup", row.speed.ratio(over: reference.speed), reproducible: false)
    }
    if let recovery = recovery(of: row) { console.metric(name, "recovery", recovery) }
    if let seconds = row.trainingSeconds {
      console.metric(name, "training_seconds", seconds, reproducible: false)
    }
  }
}

extension Console {
  /// Puts out the ends of the interval of lost accuracy, in points.
  fileprivate func metrics(_ model: String, _ difference: PairedDifference) {
    let interval = difference.interval
    metric(model, "drop_low_points", 100 * interval.lowerBound, cases: difference.images)
    metric(model, "drop_high_points", 100 * interval.upperBound, cases: difference.images)
  }
}
