package import Interpreter
import Language

/// A typed value of a cell's results.
package enum TypedValue: Equatable, Sendable {
  /// Nil for a number that JSON can't say: NaN or an infinity.
  case number(Double?)
  case text(String)

  /// With every digit.
  package var words: String {
    switch self {
    case .number(let number?): JSONValue.double(number).line
    case .number(nil): "not a number"
    case .text(let text): text
    }
  }

  package var json: JSONValue {
    switch self {
    case .number(let number): number.map(JSONValue.double) ?? .null
    case .text(let text): .string(text)
    }
  }
}

/// What a cell came to, as far as two runs can be compared: its status and its typed values by name.
package struct CellResults: Equatable, Sendable {
  package var status: CellResult.Status
  /// In order of appearance.
  package var values: [(name: String, value: TypedValue)]
  /// Ids of errors, in order.
  package var errors: [String]

  package init(
    status: CellResult.Status, values: [(name: String, value: TypedValue)] = [], errors: [String] = []
  ) {
    self.status = status
    self.values = values
    self.errors = errors
  }

  package static func == (one: CellResults, other: CellResults) -> Bool {
    one.status == other.status && one.errors == other.errors
      && one.values.elementsEqual(other.values) { $0.name == $1.name && $0.value == $1.value }
  }
}

extension CellResults {
  /// What a run gave.
  init(_ record: CellRecord) {
    self.init(
      status: record.status,
      errors: record.diagnostics.filter { $0.severity == .error }.map(\.id))
    add(record.values { $0.reproducible })
    add(outputs: record.outputs.compactMap(\.json))
  }

  /// What a file keeps of a cell; nil where it keeps no typed results.
  init?(saved cell: NotebookCell) {
    guard let results = cell.members["metadata"]?.object?["qatlab"]?.object,
      let status = results["status"]?.string.flatMap(CellResult.Status.init)
    else { return nil }
    let outputs = (cell.members["outputs"]?.array ?? []).compactMap(\.object)
    self.init(
      status: status,
      errors: outputs.filter { $0["output_type"]?.string == "error" }.compactMap { $0["ename"]?.string })
    add(results["values"]?.object ?? [:])
    add(outputs: outputs.compactMap { $0["data"]?.object?[qatlabMIMEType]?.object })
  }

  private mutating func add(_ metrics: JSONObject) {
    for member in metrics.members where !Measured.metrics.contains(lastPart(of: member.key)) {
      values.append((member.key, TypedValue(member.value)))
    }
  }

  /// Stands before the name of a metric where its output is meant.
  static let shown = "shown "

  private mutating func add(outputs: [JSONObject]) {
    var counts: [String: Int] = [:]
    for output in outputs {
      let type = output["type"]?.string ?? ""
      // Sentences are for people.
      if ["text", "note"].contains(type) { continue }
      if type == "metric" {
        addShown(output)
        continue
      }
      counts[type, default: 0] += 1
      let number = counts[type, default: 1]
      let name = number == 1 ? type : "\(type) \(number)"
      if type == "table" {
        addTable(output, name)
      } else if !Measured.isAxis(output["x_label"]?.string), !Measured.isAxis(output["y_label"]?.string) {
        addLeaves(of: .object(output), name)
      }
    }
  }

  /// A metric with a sentence is an output, and among the cell's values, too; a file that was edited may show another number.
  private mutating func addShown(_ metric: JSONObject) {
    guard let name = metric["name"]?.string, let shown = metric["value"].map({ TypedValue($0) }),
      metric["text"]?.string != nil, metric["reproducible"] != .bool(false),
      !Measured.metrics.contains(lastPart(of: name))
    else { return }
    values.append((Self.shown + name, shown))
  }

  private mutating func addTable(_ table: JSONObject, _ name: String) {
    let titles = (table["columns"]?.array ?? []).map { $0.object?["title"]?.string ?? "" }
    for (index, row) in (table["rows"]?.array ?? []).enumerated() {
      let cells = (row.array ?? []).map { $0.string ?? "" }
      let label = cells.first.flatMap { $0.isEmpty ? nil : $0 } ?? "row \(index + 1)"
      for (title, cell) in zip(titles, cells) where !Measured.columns.contains(title) {
        values.append(("\(name), \(label), \(title.isEmpty ? "-" : title)", TypedValue(cell: cell)))
      }
    }
    values.append(("\(name), rows", .number(Double(table["rows"]?.array?.count ?? 0))))
  }

  /// Numbers and texts inside a value, by the way to them.
  private mutating func addLeaves(of value: JSONValue, _ name: String) {
    switch value {
    case .object(let object):
      for member in object.members where member.key != "text" {
        addLeaves(of: member.value, name + "." + member.key)
      }
    case .array(let array):
      for (index, value) in array.enumerated() { addLeaves(of: value, name + "[\(index)]") }
    case .null, .number, .string, .bool: values.append((name, TypedValue(value)))
    }
  }
}

extension TypedValue {
  fileprivate init(_ value: JSONValue) {
    switch value {
    case .number(let spelling): self = .number(Double(spelling).flatMap { $0.isFinite ? $0 : nil })
    case .string(let text): self = .text(text)
    case .bool(let value): self = .text(value ? "true" : "false")
    case .null: self = .number(nil)
    case .array, .object: self = .text(value.line)
    }
  }

  /// A table's cell: a number, a percentage as a fraction, or a number with its unit; else its text.
  fileprivate init(cell: String) {
    let plain = cell.replacing("−", with: "-").replacing(",", with: "")
    let parts = plain.split(separator: " ", maxSplits: 1)
    guard let first = parts.first, let number = Double(first), number.isFinite,
      first.allSatisfy({ !$0.isLetter || $0 == "e" })
    else {
      self = .text(cell)
      return
    }
    switch parts.count < 2 ? "" : parts[1] {
    case "", "B", "dB": self = .number(number)
    case "%": self = .number(number / 100)
    case "kB": self = .number(number * 1e3)
    case "MB": self = .number(number * 1e6)
    case "GB": self = .number(number * 1e9)
    default: self = .text(cell)
    }
  }
}

/// What stands behind the last dot of a metric's name, and behind the last comma of a table's value.
func lastPart(of name: String) -> String {
  let column = name.split(separator: ", ").last.map(String.init) ?? name
  return column.split(separator: ".").last.map(String.init) ?? column
}
