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
    let source = SourceFile(record.source)
    var outputs = record.shown.compactMap {
      $0.notebookOutput(number: record.number, plainText: plainText($0, source))
    }
    for place in outputs.indices.dropLast() { outputs[place] = outputs[place].besideResult }
    members["outputs"] = .array(outputs.map(JSONValue.object))
    members["execution_count"] = .integer(record.number)
    changeMetadata { metadata in
      var results: JSONObject = ["status": .string(record.status.rawValue)]
      let values = record.values { $0.reproducible }
      let measured = record.values { !$0.reproducible }
      if !values.isEmpty { results["values"] = .object(values) }
      if !measured.isEmpty { results["measured"] = .object(measured) }
      results.note(node)
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

  private mutating func changeMetadata(_ change: (inout JSONObject) -> Void) {
    if members["metadata"]?.object == nil { members["metadata"] = .object([:]) }
    members.change("metadata", change)
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
  /// Completes the file to nbformat 4.5, in which each cell has an id, and notes the parameters and the
  /// environment of the run.
  mutating func noteRun(_ parameters: Parameters, _ environment: NotebookEnvironment) {
    if (root["nbformat_minor"]?.integer ?? 0) < 5 { root["nbformat_minor"] = .integer(5) }
    completeIDs()
    if root["metadata"]?.object == nil { root["metadata"] = .object([:]) }
    root.change("metadata") { metadata in
      var run = JSONObject()
      for name in parameters.values.keys.sorted() {
        run[name] = parameters.values[name].map { .string($0.literal) }
      }
      var notes = metadata["qatlab"]?.object ?? [:]
      notes["format"] = .integer(2)
      notes["parameters"] = .object(run)
      notes["environment"] = .object(environment.json)
      metadata["qatlab"] = .object(notes)
    }
  }
}
