import Interpreter
import Language
import Text

extension NotebookCell {
  /// Takes outputs and results of an earlier run away.
  mutating func clear() {
    members["outputs"] = .array([])
    members["execution_count"] = .null
    changeMetadata { $0["qatlab"] = nil }
  }

  /// Puts a run's outputs in: what is shown under `outputs`, the cell's status and numbers under
  /// `metadata.qatlab`.
  ///
  /// What ran and what it used is kept as hashes, by which a change of either shows. Durations are kept apart from
  /// the values that are compared.
  mutating func keep(
    _ record: CellRecord, _ node: DependencyGraph.Node, plainText: (Output, SourceFile) -> String
  ) {
    let outputs = record.notebookOutputs(plainText)
    members["outputs"] = .array(outputs.map(JSONValue.object))
    members["execution_count"] = .integer(record.number)
    changeMetadata { metadata in
      var results: JSONObject = [
        "format": .integer(RecordFormat.current), "status": .string(record.status.rawValue),
      ]
      let values = record.values { $0.reproducible }
      let measured = record.values { !$0.reproducible }
      if !values.isEmpty { results["values"] = .object(values) }
      if !measured.isEmpty { results["measured"] = .object(measured) }
      results.note(node)
      let files = record.files.sorted { $0.key < $1.key }
      if !files.isEmpty {
        results["files"] = .object(files.reduce(into: JSONObject()) { $0[$1.key] = .string($1.value) })
      }
      // How far values lie apart is known as long as their program and what it uses stay as they are.
      let before = metadata["qatlab"]?.object
      if let before, let spread = before["spread"], node.isProgram(of: before),
        before["key"] == nil || before.hasInputs(of: results)
      {
        results["spread"] = spread
      }
      metadata["qatlab"] = .object(results)
    }
  }

  /// Says of saved outputs that the run which wrote the rest of the file did not come to them, or not to their end.
  mutating func markEarlier() {
    guard hasResults else { return }
    changeNotes { $0["earlier_run"] = .bool(true) }
  }

  /// Notes in which environment the outputs of an earlier run arose, where that isn't on record yet.
  mutating func noteEnvironment(_ environment: JSONObject?) {
    changeNotes { notes in
      if notes["environment"] == nil, let environment { notes["environment"] = .object(environment) }
    }
  }

  /// A run of it gave something that the file has.
  var hasResults: Bool {
    !savedOutputs.isEmpty || members["metadata"]?.object?["qatlab"]?.object?["status"] != nil
  }

  private mutating func changeNotes(_ change: (inout JSONObject) -> Void) {
    changeMetadata { metadata in
      if metadata["qatlab"]?.object == nil { metadata["qatlab"] = .object([:]) }
      metadata.change("qatlab", change)
    }
  }

  /// Puts in how far the cell's values lie apart from run to run.
  mutating func note(_ spread: CellSpread) {
    changeMetadata { metadata in metadata.change("qatlab") { $0["spread"] = .object(spread.json) } }
  }

  /// What ran is on record for this cell.
  var hasProvenance: Bool { members["metadata"]?.object?["qatlab"]?.object?["key"] != nil }

  /// Notes what ran and what it used, of a cell whose outputs stay as they are.
  mutating func noteProvenance(_ node: DependencyGraph.Node, _ number: Int) {
    members["execution_count"] = .integer(number)
    changeMetadata { metadata in metadata.change("qatlab") { $0.note(node) } }
  }

  /// Takes the mark of an earlier run away.
  mutating func noteReached() {
    changeNotes { ($0["earlier_run"], $0["environment"]) = (nil, nil) }
  }

  /// A later run of the file did not come to this cell.
  var isOfEarlierRun: Bool {
    members["metadata"]?.object?["qatlab"]?.object?["earlier_run"] == .bool(true)
  }

  /// What the file says of files that the cell read: SHA-256 by the written path.
  var savedFiles: [String: String] {
    (members["metadata"]?.object?["qatlab"]?.object?["files"]?.object?.members ?? [])
      .reduce(into: [:]) { $0[$1.key] = $1.value.string }
  }

  private mutating func changeMetadata(_ change: (inout JSONObject) -> Void) {
    if members["metadata"]?.object == nil { members["metadata"] = .object([:]) }
    members.change("metadata", change)
  }
}

extension CellRecord {
  /// What a file holds of what the cell showed, in its order.
  func notebookOutputs(_ plainText: (Output, SourceFile) -> String) -> [JSONObject] {
    let source = SourceFile(source)
    var outputs = shown.compactMap { $0.notebookOutput(number: number, plainText: plainText($0, source)) }
    for place in outputs.indices.dropLast() { outputs[place] = outputs[place].besideResult }
    return outputs
  }
}

extension JSONObject {
  /// The same inputs, in whatever order.
  fileprivate func hasInputs(of other: JSONObject) -> Bool {
    let (own, others) = (self["inputs"]?.object?.members ?? [], other["inputs"]?.object?.members ?? [])
    return Set(own) == Set(others)
  }

  fileprivate mutating func note(_ node: DependencyGraph.Node) {
    self["program"] = nil
    self["key"] = .string(node.program)
    let inputs = node.inputs.sorted { $0.key < $1.key }
      .reduce(into: JSONObject()) { $0[$1.key.key] = .string($1.value) }
    self["inputs"] = inputs.isEmpty ? nil : .object(inputs)
  }
}

extension Notebook {
  /// Completes the file to nbformat 4.5, in which each cell has an id.
  mutating func completeFormat() {
    if (root["nbformat_minor"]?.integer ?? 0) < 5 { root["nbformat_minor"] = .integer(5) }
    completeIDs()
  }

  /// Notes the parameters and the environment of the run.
  mutating func noteRun(_ parameters: Parameters, _ environment: NotebookEnvironment) {
    if root["metadata"]?.object == nil { root["metadata"] = .object([:]) }
    root.change("metadata") { metadata in
      var run = JSONObject()
      for name in parameters.values.keys.sorted() {
        run[name] = parameters.values[name].map { .string($0.literal) }
      }
      var notes = metadata["qatlab"]?.object ?? [:]
      notes["format"] = .integer(RecordFormat.current)
      notes["parameters"] = .object(run)
      notes["environment"] = .object(environment.json)
      metadata["qatlab"] = .object(notes)
    }
  }
}
