import Text

/// Formats of what a file keeps of a cell's results, beside its outputs.
///
/// Values that a format adds carry its number (`Metric.since`): results of an older one are judged by what they have.
package enum RecordFormat {
  /// What this program writes.
  package static let current = 4
  /// Of records that name none.
  static let unnamed = 2
}

/// What a file has of an earlier run of a cell.
enum SavedCell {
  /// Nothing: it was never run.
  case none
  /// Outputs of another program, a Jupyter client for one, that keeps no record.
  case outputs(CellResults)
  /// A record, of a format.
  case record(CellResults, format: Int)
}

extension SavedCell {
  init(_ cell: NotebookCell) {
    if let results = CellResults(saved: cell) {
      let record = cell.members["metadata"]?.object?["qatlab"]?.object
      self = .record(results, format: record?["format"]?.integer ?? RecordFormat.unnamed)
    } else if let results = CellResults(outputsOf: cell) {
      self = .outputs(results)
    } else {
      self = .none
    }
  }
}

extension Notebook {
  /// The program kept records in it, so that a cell that was run has one.
  var hasRecords: Bool {
    root["metadata"]?.object?["qatlab"] != nil || cells.contains { CellResults(saved: $0) != nil }
  }
}
