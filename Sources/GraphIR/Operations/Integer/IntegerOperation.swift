/// What a node of a quantized model computes on codes, beside the operations that take codes as they take floats:
/// maxima and flattening.
package enum IntegerOperation: Hashable, Sendable, Codable {
  case quantize(QuantizationParameters)
  /// Codes to float, where a layer of an integer model is kept in float.
  case dequantize(QuantizationParameters)
  case requantize(Requantization)
  case pool(IntegerPooling)
  case convolution(IntegerConvolution)
  case dense(IntegerDense)
  /// Integer weights, float in and out; the input's range is found at each run.
  case dynamicDense(DynamicDense)

  /// The names of stored models.
  private enum CodingKeys: String, CodingKey {
    case quantize, dequantize, requantize, dynamicDense
    case pool = "integerPool"
    case convolution = "integerConvolution"
    case dense = "integerDense"
  }

  var traits: any OperationTraits {
    switch self {
    case .quantize(let grid): Quantizing(grid: grid)
    case .dequantize(let grid): Dequantizing(grid: grid)
    case .requantize(let table): table
    case .pool(let pooling): pooling
    case .convolution(let convolution): convolution
    case .dense(let dense): dense
    case .dynamicDense(let dense): dense
    }
  }
}
