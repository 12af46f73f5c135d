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
  /// Width that holds every weight, 2 to 8: up to 4, a file holds two weights a byte.
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

/// Dense layer on codes.
///
/// Without `output` the int32 sums leave as float: the logits of a classifier.
///
/// Parameters as for `IntegerConvolution`, weight int8 [outputs, inputs].
package struct IntegerDense: Hashable, Sendable, Codable {
  package var dense: Dense
  package var input: QuantizationParameters
  package var output: QuantizationParameters?
  package var activation: Rectifier?
  /// Width that holds every weight, as for `IntegerConvolution`.
  package var weightBits: Int

  package init(
    dense: Dense, input: QuantizationParameters, output: QuantizationParameters? = nil,
    activation: Rectifier? = nil, weightBits: Int = 8
  ) {
    self.dense = dense
    self.weightBits = weightBits
    self.input = input
    self.output = output
    self.activation = activation
  }
}

/// Maps codes of one grid to codes of another, with an activation between: a table of 256 entries.
package struct Requantization: Hashable, Sendable, Codable {
  package var input: QuantizationParameters
  package var output: QuantizationParameters
  package var activation: Activation?

  package init(
    input: QuantizationParameters, output: QuantizationParameters, activation: Activation? = nil
  ) {
    self.input = input
    self.output = output
    self.activation = activation
  }
}

/// Averages of codes, and the activation that follows them, rounded once to the output's codes.
///
/// With n places in a window and padding that counts as zeros: q' = z' + rint(f(Σ (q − z) / n · s) / s'), clamped.
package struct IntegerPooling: Hashable, Sendable, Codable {
  /// Of the average kind: a maximum is on its input's grid already.
  package var pooling: Pooling
  package var input: QuantizationParameters
  package var output: QuantizationParameters
  package var activation: Rectifier?

  package init(
    pooling: Pooling, input: QuantizationParameters, output: QuantizationParameters,
    activation: Rectifier? = nil
  ) {
    self.pooling = pooling
    self.input = input
    self.output = output
    self.activation = activation
  }
}

/// Dense layer that rounds its input to u8 with the range of the batch at hand, and has int8 weights.
///
/// Parameters: `NAME.weight` int8 [outputs, inputs], `NAME.scale` float [outputs] (one value repeated where the
/// weights are per-tensor), `NAME.bias` float [outputs].
package struct DynamicDense: Hashable, Sendable, Codable {
  package var dense: Dense
  /// Grid of the input's codes.
  package var input: QuantizationGrid

  package init(dense: Dense, input: QuantizationGrid) {
    self.dense = dense
    self.input = input
  }
}
