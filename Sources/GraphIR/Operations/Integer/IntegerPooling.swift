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

extension IntegerPooling: OperationTraits {
  package var shortName: String { "pool" }

  package var words: String {
    "int8 " + pooling.words + (activation.map { ", \($0.rawValue)" } ?? "") + ", to " + output.words
  }

  package var outputGrid: QuantizationParameters? { output }
  package var isPossible: Bool {
    pooling.isPossible && pooling.kind == .average && input.isPossible && output.isPossible
  }

  package func outputShape(_ inputs: [Shape], node: String) throws(ShapeError) -> Shape {
    try pooling.outputShape(inputs, node: node)
  }
}
