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

extension Requantization: OperationTraits {
  package var shortName: String { "requantize" }

  package var words: String {
    "requantize " + input.words + (activation.map { ", \($0)" } ?? "") + " to " + output.words
  }

  package var outputGrid: QuantizationParameters? { output }
  package var isPossible: Bool { input.isPossible && output.isPossible }
}
