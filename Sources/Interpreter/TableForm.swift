import Language
import Text

/// A text that a table is put out as, for spreadsheets, scripts and pages.
package enum TableForm: String, Sendable, Codable, CaseIterable {
  case csv, markdown, json

  var summary: String {
    switch self {
    case .csv: "values with commas between, as spreadsheets and scripts read them"
    case .markdown: "a table of Markdown, for pages and issues"
    case .json: "a list of objects, one a row, with the headings as keys"
    }
  }
}

extension Keyword {
  static let form = Keyword(
    "as", .choice(TableForm.allCases.map { Choice($0.rawValue, $0.summary) }),
    otherwise: "a table that is drawn", example: "csv",
    "the table alone, for other programs: exact figures, units in the heading")
}

extension Arguments {
  /// The form that `as` asks for; nil where the table is to be drawn.
  var form: TableForm? { word(.form).flatMap { TableForm(rawValue: $0.text) } }
}

extension Table {
  /// A table for other programs: each figure exact, its unit in the heading.
  init(as form: TableForm, _ columns: [ExactColumn], count: Int) {
    self.init(
      columns: columns.map { Column($0.heading, $0.isNumeric ? .right : .left) },
      rows: (0..<count).map { row in columns.map { $0.cell(row) } })
    self.form = form
  }

  /// The table in its form, one row a line; nil where it is drawn.
  package var written: String? {
    switch form {
    case .csv: lines { $0.map(Self.csvField).joined(separator: ",") }
    case .markdown: markdown
    case .json: json
    case nil: nil
    }
  }

  private func lines(_ line: ([String]) -> String) -> String {
    ([columns.map(\.title)] + texts).map(line).joined(separator: "\n")
  }

  /// A field as RFC 4180 has it: in quotation marks where a comma, a quotation mark or a line's end stands in it.
  private static func csvField(_ text: String) -> String {
    let isPlain = !text.unicodeScalars.contains { ["\"", ",", "\n", "\r"].contains($0) }
    return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  private var json: String {
    guard !rows.isEmpty else { return "[]" }
    let objects = rows.map { row in
      JSONValue.object(
        JSONObject(
          zip(columns, row).map { column, cell in
            JSONObject.Member(
              key: column.title, value: Self.value(cell, isNumeric: column.alignment == .right))
          }))
    }
    return "[\n" + objects.map { "  " + $0.line }.joined(separator: ",\n") + "\n]"
  }

  /// What is empty, and a number that is none, is null.
  private static func value(_ cell: Cell, isNumeric: Bool) -> JSONValue {
    if isNumeric { return cell.number.map { .double($0) } ?? .null }
    return cell.text.isEmpty ? .null : .string(cell.text)
  }

  private var markdown: String {
    let rule = "|" + columns.map { $0.alignment == .right ? " ---: |" : " --- |" }.joined()
    func line(_ cells: [String]) -> String {
      "|" + cells.map { " " + $0.replacing("|", with: "\\|").replacing("\n", with: " ") + " |" }.joined()
    }
    return ([line(columns.map(\.title)), rule] + texts.map(line)).joined(separator: "\n")
  }
}

/// A column of a table for other programs.
struct ExactColumn {
  var title: String
  /// "bytes", "ms"; nil of words and bare numbers.
  var unit: String?
  var isNumeric: Bool
  /// Of a row.
  var cell: (Int) -> Table.Cell

  var heading: String { title + (unit.map { " (\($0))" } ?? "") }

  static func words(_ title: String, _ text: @escaping (Int) -> String) -> ExactColumn {
    ExactColumn(title: title, unit: nil, isNumeric: false) { .text(text($0)) }
  }

  /// With every digit; empty where there is none.
  ///
  /// `repeats` is false for durations and speeds.
  static func number(
    _ title: String, _ unit: String?, repeats: Bool = true, _ value: @escaping (Int) -> Double?
  ) -> ExactColumn {
    ExactColumn(title: title, unit: unit, isNumeric: true) { row in
      let cell = value(row).map { Table.Cell.spelled(plain($0)) } ?? .blank
      return repeats ? cell : cell.measured
    }
  }
}
