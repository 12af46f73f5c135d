/// What a node computes.
///
/// A closed set: every layer of the program switches over it without a default.
package enum Operation: Hashable, Sendable, Codable {
  case input
  case convolution(Convolution)
  case batchNorm(BatchNorm)
  case activation(Activation)
  case pool(Pooling)
  case dense(Dense)
  case add
  case flatten
  case dropout(Dropout)
  case fakeQuantize(FakeQuantize)
  case quantize(QuantizationParameters)
  /// Codes to float, where a layer of an integer model is kept in float.
  case dequantize(QuantizationParameters)
  case requantize(Requantization)
  case integerPool(IntegerPooling)
  case integerConvolution(IntegerConvolution)
  case integerDense(IntegerDense)
  /// Integer weights, float in and out; the input's range is found at each run.
  case dynamicDense(DynamicDense)

  /// Number of inputs that the operation takes, without an optional residual.
  package var arity: Int {
    switch self {
    case .input: 0
    case .add: 2
    case .convolution, .batchNorm, .activation, .pool, .dense, .flatten, .dropout, .fakeQuantize, .quantize,
      .dequantize, .requantize, .integerPool, .integerConvolution, .integerDense, .dynamicDense:
      1
    }
  }

  /// Shape of the output for the given inputs; throws `ShapeError` with a reason that names sizes.
  package func outputShape(_ inputs: [Shape], node: String) throws(ShapeError) -> Shape {
    guard let first = inputs.first else {
      throw ShapeError(node: node, reason: "it has no input")
    }
    switch self {
    case .input, .batchNorm, .activation, .dropout, .fakeQuantize, .quantize, .dequantize, .requantize:
      return first
    case .convolution(let convolution): return try convolution.outputShape(first, node: node)
    case .pool(let pooling): return try pooling.outputShape(first, node: node)
    case .integerPool(let integer): return try integer.pooling.outputShape(first, node: node)
    case .dense(let dense): return try dense.outputShape(first, node: node)
    case .add: return try addedShape(inputs, node: node)
    case .flatten: return .vector(first.count)
    case .integerConvolution(let integer):
      return try integer.convolution.outputShape(first, node: node)
    case .integerDense(let integer): return try integer.dense.outputShape(first, node: node)
    case .dynamicDense(let dynamic): return try dynamic.dense.outputShape(first, node: node)
    }
  }
}
