import Foundation
import Interpreter
import Language
import Testing

/// What stands in the tables of commands: numbers that agree with how they are shown.
@Suite(.serialized) struct TableCellTests {
  private static let setting = [
    "data shapes limit 512 test 64 size 16",
    "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
    "teacher = train tiny epochs 1",
    "student = qat from teacher with kd(teacher) bits(conv2: 4, rest: 8) epochs 1",
    "convert student", "baseline = ptq teacher calibration 4", "small = dynamic teacher",
  ]

  private static let looks = [
    "models", "runs", "set", "show teacher", "show tiny", "show graph student-int8", "show graph teacher",
    "show plan teacher", "show plan student-int8", "show run 1", "show run 2",
    "show quantize 0.37 scale 0.01 zero-point 3 bits 8", "show quantize -1 0.4 2e-7 30000 bits 3",
    "inspect student", "inspect baseline", "inspect small", "histogram student.conv2", "diff student",
    "convert student", "compare", "compare student seeds 2", "sensitivity teacher bits 2 images 64",
    "budget 9 kB teacher", "advise teacher drop 40%", "help", "help qat", "help ptq", "help budget",
    "help losses", "help layers", "help networks", "help datasets", "help epochs", "explain",
  ]

  private static let measuredColumns: Set<String> = [
    "latency", "images/s", "spread", "speed", "training", "time", "share", "seconds",
  ]

  /// Runs every command that shows a table.
  private func tables() throws -> [(cell: String, table: Table)] {
    let scene = try Scene()
    return try (Self.setting + Self.looks).flatMap { cell in
      let (result, outputs) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
      if Self.looks.contains(cell) { try #require(!outputs.tables.isEmpty, "\(cell) shows no table") }
      return outputs.tables.map { (cell, $0) }
    }
  }

  @Test func everyCellIsWhatItShows() throws {
    var units: Set<Table.Cell.Unit> = []
    for (source, table) in try tables() {
      for cell in table.rows.flatMap({ $0 }) {
        let words: Comment = "\(source): \(cell)"
        units.insert(cell.unit)
        guard let written = Written(cell.text) else {
          #expect(cell.number == nil && cell.step == nil && cell.unit == .none, words)
          continue
        }
        let (number, step) = (try #require(cell.number, words), try #require(cell.step, words))
        #expect(abs(number - written.value) <= 1e-12 * abs(written.value), words)
        #expect(abs(step - written.step) <= 1e-12 * written.step, words)
        #expect(written.units.contains(cell.unit), words)
      }
    }
    #expect(
      units.isSuperset(of: [
        .none, .share, .points, .bytes, .decibels, .codes, .seconds, .milliseconds, .times, .imagesPerSecond,
      ]))
  }

  @Test func columnsOfDurationsAndSpeedsAreNotRepeated() throws {
    var seen: Set<String> = []
    for (source, table) in try tables() {
      for row in table.rows {
        #expect(row.count == table.columns.count, "\(source)")
        for (column, cell) in zip(table.columns, row) {
          let isMeasured = Self.measuredColumns.contains(column.title)
          if isMeasured { seen.insert(column.title) }
          #expect(cell.repeats == !isMeasured, "\(source): \(column.title), \(cell)")
        }
      }
    }
    #expect(seen == Self.measuredColumns)
  }

  @Test func aShareIsTheFractionThatWasMeasured() throws {
    let scene = try Scene()
    for cell in Self.setting { try #require(scene.run(cell).0.status == .ok) }
    let (result, outputs) = scene.run("convert student")
    let table = try #require(outputs.tables.first)
    let column = try #require(table.columns.firstIndex { $0.title == "accuracy" })
    let cell = try #require(table.rows.last)[column]
    let accuracy = try #require(result.values["student-int8.accuracy"])
    #expect(cell.unit == .share)
    #expect(abs(try #require(cell.number) - accuracy) <= 0.5001e-4)
  }
}

/// A number as a reader of the screen would take it.
private struct Written {
  var value: Double
  /// Of its last digit.
  var step: Double
  /// What it may count, by the sign behind it; without one the heading says it.
  var units: Set<Table.Cell.Unit>

  private static let signs: [(sign: String, worth: Double, units: Set<Table.Cell.Unit>)] = [
    (" %", 0.01, [.share]), (" bytes", 1, [.bytes]), (" kB", 1e3, [.bytes]), (" MB", 1e6, [.bytes]),
    (" GB", 1e9, [.bytes]), (" dB", 1, [.decibels]), (" code", 1, [.codes]), (" codes", 1, [.codes]),
    (" ms", 1, [.milliseconds]), (" s", 1, [.seconds]), ("×", 1, [.times]),
    ("", 1, [.none, .points, .decibels, .seconds, .imagesPerSecond]),
  ]

  init?(_ text: String) {
    guard let (sign, worth, units) = Self.signs.first(where: { text.hasSuffix($0.sign) }) else { return nil }
    var digits = text.dropLast(sign.count).filter { $0 != "," }
    if digits.hasPrefix("+") { digits.removeFirst() }
    let first = digits.first { $0 != "-" }
    guard first?.isNumber ?? false, digits.last?.isNumber ?? false, let number = Double(digits) else {
      return nil
    }
    let parts = digits.split(separator: "e")
    let decimals = parts[0].split(separator: ".").dropFirst().first?.count ?? 0
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    (value, step) = (number * worth, pow(10, Double(exponent - decimals)) * worth)
    self.units = units
  }
}
