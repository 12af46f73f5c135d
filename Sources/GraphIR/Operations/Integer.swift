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
  package var activation: Activation?

  package init(
    convolution: Convolution, input: QuantizationParameters, residual: QuantizationParameters? = nil,
    output: QuantizationParameters, activation: Activation? = nil
  ) {
    self.convolution = convolution
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
  package var activation: Activation?

  package init(
    dense: Dense, input: QuantizationParameters, output: QuantizationParameters? = nil,
    activation: Activation? = nil
  ) {
    self.dense = dense
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
