/// Floats to the codes of a grid.
struct Quantizing: OperationTraits {
  var grid: QuantizationParameters

  var shortName: String { "quantize" }
  var words: String { "quantize " + grid.words }
  var outputGrid: QuantizationParameters? { grid }
  var isPossible: Bool { grid.isPossible }
}

/// Codes to floats.
struct Dequantizing: OperationTraits {
  var grid: QuantizationParameters

  var shortName: String { "dequantize" }
  var words: String { "dequantize " + grid.words }
  var isPossible: Bool { grid.isPossible }
}
