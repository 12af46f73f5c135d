/// Convolution of u8 codes with s8 weights in int32, requantized to the output's codes.
///
/// Parameters: `NAME.weight` int8 [outputs, inputs / groups, kernel, kernel], `NAME.scale` float [outputs]
/// (one value where the weights are per-tensor, repeated), `NAME.bias` int32 [outputs] in units of
/// input scale × weight scale. A second input, if any, is the residual: codes that are added, each in
/// its own scale, before the activation and the rounding.
package struct IntegerConvolution: Hashable, Sendable, Codable {
  package var convolution: Convolution
  package var input: QuantizationParameters
  package var residual: QuantizationParameters?
  package var output: QuantizationParameters
  package var activation: Rectifier?
  /// Width that holds every weight, 2 to 8: so many bits each takes in a file.
  package var weightBits: Int

  package init(
    convolution: Convolution, input: QuantizationParameters, residual: QuantizationParameters? = nil,
    output: QuantizationParameters, activation: Rectifier? = nil, weightBits: Int = 8
  ) {
    self.convolution = convolution
    self.weightBits = weightBits
    self.input = input
    self.residual = residual
    self.output = output
    self.activation = activation
  }
}

extension IntegerConvolution: OperationTraits {
  package var shortName: String { convolution.scalesChannels ? "scale" : "conv" }

  package var words: String {
    // What batch norm that stands alone becomes.
    let layer =
      convolution.scalesChannels
      ? "int\(weightBits) scale and shift of \(convolution.outputs) channels"
      : "int\(weightBits) conv " + convolution.sizes
    return layer + (residual == nil ? "" : " + residual") + (activation.map { ", \($0.rawValue)" } ?? "")
      + ", to " + output.words
  }

  package var outputGrid: QuantizationParameters? { output }
  package var parameterCount: Int { convolution.parameterCount }
  package var storedWeights: StoredWeights? { .integer(bits: weightBits) }
  package var fanIn: Int { convolution.fanIn }

  package var isPossible: Bool {
    convolution.isPossible && Possible.widths.contains(weightBits)
      && [input, residual, output].allSatisfy { $0?.isPossible ?? true }
  }

  package func outputShape(_ inputs: [Shape], node: String) throws(ShapeError) -> Shape {
    try convolution.outputShape(inputs, node: node)
  }
}
