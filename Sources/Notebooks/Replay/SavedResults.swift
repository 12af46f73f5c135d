package import Interpreter
import Language
package import Text

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
  package typealias NamedValue = (name: String, value: TypedValue)

  package var status: CellResult.Status
  /// In order of appearance.
  package var values: [NamedValue]
  /// What of them another environment has, too: the distribution of a histogram in place of its bins, and
  /// nothing that follows from the kernels.
  package var condensed: [NamedValue]
  /// What one in the last digit that is shown stands for, of numbers in tables.
  package var steps: [String: Double] = [:]
  /// Ids of errors, in order.
  package var errors: [String]
  /// Names of values that only results from a format on have, with its number.
  package var since: [String: Int] = [:]

  package init(
    status: CellResult.Status, values: [NamedValue] = [], errors: [String] = []
  ) {
    self.status = status
    self.values = values
    condensed = values
    self.errors = errors
  }

  package static func == (one: CellResults, other: CellResults) -> Bool {
    one.status == other.status && one.errors == other.errors
      && one.values.elementsEqual(other.values) { $0.name == $1.name && $0.value == $1.value }
  }
}

extension CellResults {
  /// What a run gave.
  ///
  /// Without `isWhole` only what its outputs show, as of a file that keeps no more.
  package init(_ record: CellRecord, isWhole: Bool = true) {
    self.init(
      status: record.status,
      errors: record.diagnostics.filter { $0.severity == .error }.map(\.id))
    if isWhole { add(record.values { $0.reproducible }) }
    for metric in record.metrics where metric.reproducible { since[metric.name] = metric.since }
    add(outputs: record.outputs.compactMap(\.json))
    leaveOutTies()
  }

  /// What a file keeps of a cell; nil where it keeps no typed results.
  package init?(saved cell: NotebookCell) {
    guard let results = cell.members["metadata"]?.object?["qatlab"]?.object,
      let status = results["status"]?.string.flatMap(CellResult.Status.init)
    else { return nil }
    self.init(status: status, cell, values: results["values"]?.object ?? [:])
  }

  /// What the outputs of a cell show, of which a file keeps no record; nil where it was never run.
  init?(outputsOf cell: NotebookCell) {
    let outputs = cell.savedOutputs
    guard !outputs.isEmpty || cell.members["execution_count"]?.integer != nil else { return nil }
    let hasFailed = outputs.contains { $0["output_type"]?.string == "error" }
    self.init(status: hasFailed ? .error : .ok, cell, values: [:])
  }

  private init(status: CellResult.Status, _ cell: NotebookCell, values: JSONObject) {
    let outputs = cell.savedOutputs
    self.init(
      status: status,
      errors: outputs.filter { $0["output_type"]?.string == "error" }.compactMap { $0["ename"]?.string })
    add(values)
    add(outputs: outputs.compactMap { $0["data"]?.object?[qatlabMIMEType]?.object })
    leaveOutTies()
  }

  /// Stands before the name of a metric where its output is meant.
  static let shown = "shown "
  /// The name of a run's settings, as a note tells them.
  static let settings = "settings"

  private mutating func add(_ name: String, _ value: TypedValue) {
    values.append((name, value))
    if !Measured.kernels.contains(lastPart(of: name)) { condensed.append((name, value)) }
  }

  private mutating func add(_ metrics: JSONObject) {
    for member in metrics.members where !Measured.metrics.contains(lastPart(of: member.key)) {
      add(member.key, TypedValue(member.value))
    }
  }

  private mutating func add(outputs: [JSONObject]) {
    var counts: [String: Int] = [:]
    for output in outputs {
      let type = output["type"]?.string ?? ""
      // Sentences are for people; but a run's settings stand in one.
      if ["text", "note", "print", "finding"].contains(type) {
        addSettings(output["text"]?.string ?? "")
        continue
      }
      if type == "metric" {
        addShown(output)
        continue
      }
      counts[type, default: 0] += 1
      let number = counts[type, default: 1]
      let name = number == 1 ? type : "\(type) \(number)"
      switch type {
      case "table": addTable(output, name)
      case "histogram": addHistogram(output, name)
      case "images":
        // Which images a model gets wrong is for other kernels to differ in; how many there are is a metric.
        for leaf in leaves(of: .object(output), name) { values.append((leaf.name, leaf.value)) }
      default:
        guard !Measured.isAxis(output["x_label"]?.string), !Measured.isAxis(output["y_label"]?.string) else {
          continue
        }
        for leaf in leaves(of: .object(output), name) { add(leaf.name, leaf.value) }
      }
    }
  }

  private mutating func addSettings(_ text: String) {
    guard text.hasPrefix(Self.settings + ": ") else { return }
    add(Self.settings, .text(String(text.dropFirst(Self.settings.count + 2))))
  }

  /// A metric with a sentence is an output, and among the cell's values, too; a file that was edited may show
  /// another number.
  private mutating func addShown(_ metric: JSONObject) {
    guard let name = metric["name"]?.string, let shown = metric["value"].map({ TypedValue($0) }),
      metric["text"]?.string != nil, metric["reproducible"] != .bool(false),
      !Measured.metrics.contains(lastPart(of: name))
    else { return }
    add(Self.shown + name, shown)
  }

  private mutating func addTable(_ table: JSONObject, _ name: String) {
    let titles = (table["columns"]?.array ?? []).map { $0.object?["title"]?.string ?? "" }
    let typed = table["values"]?.array
    let before = condensed.count
    var labels: [String] = []
    for (index, row) in (table["rows"]?.array ?? []).enumerated() {
      let cells = (row.array ?? []).map { $0.string ?? "" }
      let label = cells.first.flatMap { $0.isEmpty ? nil : $0 } ?? "row \(index + 1)"
      labels.append(label)
      let values = typed.map { index < $0.count ? $0[index].array ?? [] : [] }
      for (column, (title, text)) in zip(titles, cells).enumerated() {
        let value = values.map { column < $0.count ? $0[column] : .null }
        let cell = value.map { ComparedCell(text, $0) } ?? ComparedCell(versionOne: text, column: title)
        guard let cell else { continue }
        let name = "\(name), \(label), \(title.isEmpty ? "-" : title)"
        add(name, cell.value)
        if let step = cell.step { steps[name] = step }
      }
    }
    add("\(name), rows", .number(Double(table["rows"]?.array?.count ?? 0)))
    // Ranks that lie near one another change places with other roundings.
    values.append(("\(name), order of rows", .text(labels.joined(separator: ", "))))
    // The steps of a plan are those of the kernels that it found.
    if titles.contains(where: Measured.kernels.contains) { condensed.removeSubrange(before...) }
  }

  /// Bins begin and end elsewhere with each other range, and their number changes.
  private mutating func addHistogram(_ histogram: JSONObject, _ name: String) {
    values += leaves(of: .object(histogram), name)
    for key in ["title", "x_label", "y_label"] {
      if let text = histogram[key]?.string { condensed.append((name + "." + key, .text(text))) }
    }
    condensed += histogramSummary(histogram).map { ("\(name), \($0.name)", .number($0.value)) }
  }

  /// How much two forms of a model differ where sums lie on the edge of rounding is told by the shares of
  /// such codes; the ratio of noise that a handful of them make is no figure to hold a run to.
  private mutating func leaveOutTies() {
    guard values.contains(where: { lastPart(of: $0.name) == "largest_difference" }) else { return }
    condensed.removeAll { ValueName($0.name).isDecibels || lastPart(of: $0.name) == "of its own" }
  }
}

extension NotebookCell {
  /// Outputs of nbformat that the file has.
  var savedOutputs: [JSONObject] {
    (members["outputs"]?.array ?? []).compactMap(\.object).filter { $0["output_type"]?.string != nil }
  }
}

/// Numbers and texts inside a value, by the way to them.
private func leaves(of value: JSONValue, _ name: String) -> [CellResults.NamedValue] {
  switch value {
  case .object(let object):
    object.members.filter { $0.key != "text" }.flatMap { leaves(of: $0.value, name + "." + $0.key) }
  case .array(let array):
    array.enumerated().flatMap { leaves(of: $0.element, name + "[\($0.offset)]") }
  case .null, .number, .string, .bool: [(name, TypedValue(value))]
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
}

/// A place of a table that is compared: the number that is shown, or words.
struct ComparedCell {
  var value: TypedValue
  /// What one in the last digit that is shown stands for; nil of words.
  var step: Double?
}

extension ComparedCell {
  /// Of what is shown and its entry under `values`; nil where that says that it differs from run to run.
  fileprivate init?(_ text: String, _ json: JSONValue) {
    let cell = json.object
    guard cell?["repeats"] != .bool(false) else { return nil }
    guard let number = cell?["number"] else {
      self.init(value: .text(text))
      return
    }
    self.init(value: TypedValue(number))
    if case .number(let step?)? = cell?["step"].map(TypedValue.init), step >= 0 { self.step = step }
  }
}

/// What stands behind the last dot of a metric's name, and behind the last comma of a table's value.
func lastPart(of name: String) -> String {
  let column = name.split(separator: ", ").last.map(String.init) ?? name
  return column.split(separator: ".").last.map(String.init) ?? column
}
