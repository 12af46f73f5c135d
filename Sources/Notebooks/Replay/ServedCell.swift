import Interpreter

extension CellRecord {
  /// The record as a session keeps it.
  var kept: KeptCell {
    KeptCell(seconds: seconds, metrics: metrics, outputs: outputs, diagnostics: diagnostics)
  }

  /// The record of a cell that was served instead of run.
  init(number: Int, source: String, _ kept: KeptCell) {
    self.init(
      number: number, source: source, seconds: kept.seconds, metrics: kept.metrics, outputs: kept.outputs,
      diagnostics: kept.diagnostics)
  }
}
