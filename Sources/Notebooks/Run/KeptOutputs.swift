import Interpreter
import Language

/// The MIME type of an output as data.
let qatlabMIMEType = "application/vnd.qatlab.v1+json"

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
  /// Durations stay out, so that two runs of a deterministic cell leave the same file.
  mutating func keep(_ record: CellRecord, plainText: (Output, SourceFile) -> String) {
    let source = SourceFile(record.source)
    var outputs = record.outputs.compactMap { displayData($0, source, plainText) }
    outputs += record.diagnostics.map { diagnosticOutput($0, source, plainText) }
    members["outputs"] = .array(outputs.map(JSONValue.object))
    members["execution_count"] = .integer(record.number)
    changeMetadata { metadata in
      var results: JSONObject = ["status": .string(record.status.rawValue)]
      let values = record.values { $0.reproducible }
      let measured = record.values { !$0.reproducible }
      if !values.isEmpty { results["values"] = .object(values) }
      if !measured.isEmpty { results["measured"] = .object(measured) }
      metadata["qatlab"] = .object(results)
    }
  }

  private mutating func changeMetadata(_ change: (inout JSONObject) -> Void) {
    if members["metadata"]?.object == nil { members["metadata"] = .object([:]) }
    members.change("metadata", change)
  }
}

/// Nil where there is nothing to show: a number that a table beside it shows is kept with the cell's values.
private func displayData(
  _ output: Output, _ source: SourceFile, _ plainText: (Output, SourceFile) -> String
) -> JSONObject? {
  output.mimeBundle(plainText: plainText(output, source)).map { bundle in
    [
      "output_type": .string("display_data"), "metadata": .object([:]),
      "data": .object(bundle),
    ]
  }
}

private func diagnosticOutput(
  _ diagnostic: Diagnostic, _ source: SourceFile, _ plainText: (Output, SourceFile) -> String
) -> JSONObject {
  let text = plainText(.diagnostic(diagnostic), source)
  switch diagnostic.severity {
  case .error:
    return [
      "output_type": .string("error"), "ename": .string(diagnostic.id), "evalue": .string(diagnostic.message),
      "traceback": .array(text.split(separator: "\n").map { .string(String($0)) }),
    ]
  case .warning, .note:
    return ["output_type": .string("stream"), "name": .string("stderr"), "text": .string(text + "\n")]
  }
}

extension Notebook {
  /// Completes the file to nbformat 4.5, in which each cell has an id, and notes the parameters of the run.
  mutating func noteRun(_ parameters: Parameters) {
    if (root["nbformat_minor"]?.integer ?? 0) < 5 { root["nbformat_minor"] = .integer(5) }
    giveIDs()
    if root["metadata"]?.object == nil { root["metadata"] = .object([:]) }
    root.change("metadata") { metadata in
      var run = JSONObject()
      for name in parameters.values.keys.sorted() {
        run[name] = parameters.values[name].map { .string($0.literal) }
      }
      metadata["qatlab"] = .object(["format": .integer(1), "parameters": .object(run)])
    }
  }

  /// Ids depend on place and text alone, so that the same file gets the same ones.
  private mutating func giveIDs() {
    var taken = Set(cells.compactMap { $0.members["id"]?.string })
    for index in cells.indices where cells[index].members["id"]?.string == nil {
      var seed = "\(index)\n" + cells[index].source
      while true {
        let id = cellID(seed)
        if taken.insert(id).inserted {
          cells[index].members["id"] = .string(id)
          break
        }
        seed += "\n"
      }
    }
  }
}

/// Eight hexadecimal digits of a text's FNV-1a hash.
private func cellID(_ text: String) -> String {
  let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  let digits = String(hash >> 32, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}
