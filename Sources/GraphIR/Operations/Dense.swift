/// Fully connected layer on a vector.
///
/// Parameters: `NAME.weight` of shape [outputs, inputs], `NAME.bias` [outputs].
package struct Dense: Hashable, Sendable, Codable {
  package var inputs: Int
  package var outputs: Int
  package var hasBias: Bool
  /// Grid that training rounds the weights to; nil in a float layer.
  package var weightGrid: QuantizationGrid?
  /// True where the scales of `weightGrid` are trained (LSQ), as `NAME.weight_scale`: one an output, or one value.
  package var learnsWeightScale = false
  /// How a float layer's weights are stored in a quantized model.
  package var storage = FloatStorage.float32

  package init(inputs: Int, outputs: Int, hasBias: Bool = true) {
    self.inputs = inputs
    self.outputs = outputs
    self.hasBias = hasBias
  }

  package var weightShape: [Int] { [outputs, inputs] }

}

extension Dense: OperationTraits {
  package var shortName: String { "fc" }
  package var words: String { "dense " + sizes + storage.words }
  package var takesBatchNorm: Bool { true }
  package var parameterCount: Int { outputs * inputs + (hasBias ? outputs : 0) }
  package var storedWeights: StoredWeights? { .float(storage) }
  package var fanIn: Int { inputs }

  package var isPossible: Bool {
    [inputs, outputs].allSatisfy(Possible.extents.contains) && weightGrid?.isPossible ?? true
  }

  /// "128 → 10".
  var sizes: String { "\(inputs) → \(outputs)" }

  package func outputShape(_ shapes: [Shape], node: String) throws(ShapeError) -> Shape {
    let input = shapes[0]
    guard input.spatial == 1, input.channels == inputs else {
      throw ShapeError(node: node, reason: "it takes \(inputs) features, but its input is \(input)")
    }
    return .vector(outputs)
  }
}
