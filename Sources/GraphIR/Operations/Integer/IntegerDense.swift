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

extension IntegerDense: OperationTraits {
  package var shortName: String { "fc" }

  package var words: String {
    "int\(weightBits) dense " + dense.sizes + (activation.map { ", \($0.rawValue)" } ?? "")
      + (output.map { ", to " + $0.words } ?? "")
  }

  package var outputGrid: QuantizationParameters? { output }
  package var parameterCount: Int { dense.parameterCount }
  package var storedWeights: StoredWeights? { .integer(bits: weightBits) }
  package var fanIn: Int { dense.fanIn }

  package var isPossible: Bool {
    dense.isPossible && Possible.widths.contains(weightBits)
      && [input, output].allSatisfy { $0?.isPossible ?? true }
  }

  package func outputShape(_ inputs: [Shape], node: String) throws(ShapeError) -> Shape {
    try dense.outputShape(inputs, node: node)
  }
}
