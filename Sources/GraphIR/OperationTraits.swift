/// What the rest of the program needs to know of an operation, told in the operation's own file.
package protocol OperationTraits: Sendable {
  /// Shape of the output; there is at least one input.
  func outputShape(_ inputs: [Shape], node: String) throws(ShapeError) -> Shape
  /// "conv": what the name of a group calls it.
  var shortName: String { get }
  /// The operation with what decides it, for a cell of a table.
  var words: String { get }
  /// Its part in a layer group.
  var role: GroupRole { get }
  /// True where batch norm that follows is a factor and an offset of the layer's own outputs.
  var takesBatchNorm: Bool { get }
  /// True where the layer's sums can start from another tensor.
  var carriesAddition: Bool { get }
  /// What it does to the grid that its input lies on.
  var gridEffect: GridEffect { get }
  /// Grid of the codes that it computes; nil where it computes floats, or leaves codes on its input's grid.
  var outputGrid: QuantizationParameters? { get }
  /// True where scaling the input by k > 0 scales the output by k, channel by channel.
  var isHomogeneous: Bool { get }
  /// Weights, biases, γ and β; running statistics and scales are not counted, as in PyTorch.
  var parameterCount: Int { get }
  /// Grid that training rounds its weights to; nil where it does not.
  var weightGrid: QuantizationGrid? { get }
  /// How a file of a quantized model holds its weights; nil for what has none.
  var storedWeights: StoredWeights? { get }
  /// Weights that each element of the output is a sum over.
  var fanIn: Int { get }
  /// False for sizes, grids and arguments that no program writes, which a file may hold.
  var isPossible: Bool { get }
}

extension OperationTraits {
  package func outputShape(_ inputs: [Shape], node: String) throws(ShapeError) -> Shape { inputs[0] }
  package var words: String { shortName }
  package var role: GroupRole { .head }
  package var takesBatchNorm: Bool { false }
  package var carriesAddition: Bool { false }
  package var gridEffect: GridEffect { .needsItsOwn }
  package var outputGrid: QuantizationParameters? { nil }
  package var isHomogeneous: Bool { false }
  package var parameterCount: Int { 0 }
  package var weightGrid: QuantizationGrid? { nil }
  package var storedWeights: StoredWeights? { nil }
  package var fanIn: Int { 0 }
  package var isPossible: Bool { true }
}

/// The part that an operation plays in a layer group.
package enum GroupRole: Sendable {
  /// Begins a group.
  case head
  /// Joins the layer before it, where it follows alone.
  case norm, add, activation, fakeQuantize
}

/// What an operation does to the grid that its input lies on.
package enum GridEffect: Sendable {
  case keeps, roundsAgain, needsItsOwn
}

/// The format of a layer's weights in a file.
package enum StoredWeights: Hashable, Sendable {
  /// Integers of so many bits, 2 to 8.
  case integer(bits: Int)
  case float(FloatStorage)
}

/// Sizes of networks, and of what files may claim.
enum Possible {
  /// Extents up to this multiply without overflow wherever two or three of them meet.
  static let extents = 1...(1 << 20)
  static let paddings = 0...(1 << 20)
  /// Bits of an integer weight.
  static let widths = 1...8
  /// Codes and zero points up to these can be added and subtracted in 32 bits.
  static let codes = -(1 << 16)...(1 << 16)
}
