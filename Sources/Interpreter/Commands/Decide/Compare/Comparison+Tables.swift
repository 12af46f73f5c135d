import Datasets
import GraphIR
import Text
import Training

extension Comparison {
  private var hasReferences: Bool { rows.contains { reference(of: $0) != nil } }
  private var hasIntervals: Bool { rows.contains { difference(of: $0) != nil } }
  private var hasRecovery: Bool { rows.contains { recovery(of: $0) != nil } }
  private var hasTraining: Bool { rows.contains { $0.trainingSeconds != nil } }

  /// What the models can do, and what it took to make them.
  var qualityTable: Table {
    var columns = [Table.Column("model"), Table.Column("method")]
    if namesReferences { columns.append(Table.Column("against")) }
    columns.append(Table.Column("accuracy", .right))
    if hasReferences { columns.append(Table.Column("change", .right)) }
    if hasIntervals { columns.append(Table.Column("± points", .right)) }
    if hasRecovery { columns.append(Table.Column("recovery", .right)) }
    if hasTraining { columns.append(Table.Column("training", .right)) }
    return Table(
      title: "on \(counted(data.dataset.test.count, "test image")) of \(data.choice.request.title)",
      columns: columns,
      rows: rows.map { row in
        var cells: [Table.Cell] = [.text(row.entry.name), .text(method(of: row))]
        if namesReferences { cells.append(.text(referenceWords(of: row))) }
        cells.append(.percentage(row.accuracy))
        if hasReferences { cells.append(change(of: row)) }
        if hasIntervals { cells.append(margin(of: row)) }
        if hasRecovery { cells.append(recoveryCell(of: row)) }
        if hasTraining { cells.append(row.trainingSeconds.map { .seconds($0) } ?? .blank.measured) }
        return cells
      })
  }

  private func change(of row: Row) -> Table.Cell {
    guard let reference = reference(of: row) else { return .blank }
    return .signed(100 * (row.accuracy - reference.accuracy), 2, .points).faint(where: isWithinChance(row))
  }

  /// How far the change is from the end of its interval that lies towards 0: as far as the change itself, or farther,
  /// where that is within chance.
  private func margin(of row: Row) -> Table.Cell {
    guard let difference = difference(of: row) else { return .blank }
    return .fixed(100 * difference.marginTowardsNone, 2, .points).faint(where: isWithinChance(row))
  }

  private func recoveryCell(of row: Row) -> Table.Cell {
    guard let recovery = recovery(of: row) else { return .blank }
    return .percentage(recovery, 0).faint(where: recoversWithinChance(row))
  }

  /// What the models need.
  var costTable: Table {
    var columns = [Table.Column("model"), Table.Column("size", .right)]
    if hasReferences { columns.append(Table.Column("ratio", .right)) }
    columns += [
      Table.Column("latency", .right), Table.Column("images/s", .right), Table.Column("spread", .right),
    ]
    if hasReferences { columns.append(Table.Column("speed", .right)) }
    return Table(
      columns: columns,
      rows: rows.map { row in
        let reference = reference(of: row)
        var cells: [Table.Cell] = [.text(row.entry.name), .bytes(row.bytes)]
        if hasReferences { cells.append(reference.map { .fixed(row.bytes / max($0.bytes, 1), 3) } ?? .blank) }
        cells += [
          .latency(row.speed.latencyMilliseconds), .imagesPerSecond(row.speed.imagesPerSecond),
          .spread(row.speed.spread),
        ]
        if hasReferences { cells.append(speed(of: row, over: reference)) }
        return cells
      })
  }

  private func speed(of row: Row, over reference: Row?) -> Table.Cell {
    guard let reference else { return .blank.measured }
    let isSame = reference.entry.name != row.entry.name && row.speed.isLike(reference.speed)
    return .times(row.speed.ratio(over: reference.speed)).faint(where: isSame)
  }

  /// Both tables in one, for other programs.
  func exactTable(_ form: TableForm) -> Table {
    func points(_ bound: @escaping (PairedDifference) -> Double) -> (Int) -> Double? {
      { difference(of: rows[$0]).map { -100 * bound($0) } }
    }
    return Table(
      as: form,
      [
        .words("model") { rows[$0].entry.name }, .words("method") { method(of: rows[$0]) },
        .words("against") { referenceWords(of: rows[$0]) },
        .number("accuracy", "share") { rows[$0].accuracy },
        .number("change", "points") { row in
          reference(of: rows[row]).map { 100 * (rows[row].accuracy - $0.accuracy) }
        },
        .number("change from", "points", points { $0.interval.upperBound }),
        .number("change to", "points", points { $0.interval.lowerBound }),
        .words("verdict") { row in
          difference(of: rows[row]).map { $0.isWithinChance ? "within chance" : "beyond chance" } ?? ""
        },
        .number("recovery", "share") { recovery(of: rows[$0]) },
        .number("training", "s", repeats: false) { rows[$0].trainingSeconds },
        .number("size", "bytes") { rows[$0].bytes },
        .number("ratio", nil) { row in reference(of: rows[row]).map { rows[row].bytes / max($0.bytes, 1) } },
        .number("latency", "ms", repeats: false) { rows[$0].speed.latencyMilliseconds },
        .number("latency ±", "share", repeats: false) { rows[$0].speed.latencySpread },
        .number("throughput", "images/s", repeats: false) { rows[$0].speed.imagesPerSecond },
        .number("throughput ±", "share", repeats: false) { rows[$0].speed.throughputSpread },
        .number("speed", "×", repeats: false) { row in
          reference(of: rows[row]).map { rows[row].speed.ratio(over: $0.speed) }
        },
      ], count: rows.count)
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
}

extension PairedDifference {
  /// From the loss to the end of its interval that lies towards 0; to the farther one where nothing is lost or won.
  fileprivate var marginTowardsNone: Double {
    let (below, above) = (loss - interval.lowerBound, interval.upperBound - loss)
    return loss == 0 ? max(below, above) : loss > 0 ? below : above
  }
}
