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

extension DynamicDense: OperationTraits {
  package var shortName: String { "fc" }
  package var words: String { "dynamic int8 dense " + dense.sizes }
  package var parameterCount: Int { dense.parameterCount }
  package var storedWeights: StoredWeights? { .integer(bits: 8) }
  package var fanIn: Int { dense.fanIn }
  package var isPossible: Bool { dense.isPossible && input.isPossible }

  package func outputShape(_ inputs: [Shape], node: String) throws(ShapeError) -> Shape {
    try dense.outputShape(inputs, node: node)
  }
}
