import GraphIR
import TensorFiles

extension Graph {
  /// Why a graph from a file must not be used, as a clause; nil where every node is fed by earlier ones,
  /// its sizes are possible, and its shape follows from theirs.
  ///
  /// `append` grants this to graphs that the program makes; a decoded one has not gone through it.
  var flaw: String? {
    guard !nodes.isEmpty else { return "its graph has no nodes" }
    guard nodes.indices.contains(output) else { return "its graph's output is not one of its nodes" }
    if let normalization, !normalization.isPossible || normalization.channels != inputShape.channels {
      return "its images' mean and deviation are not those of its channels"
    }
    for (id, node) in nodes.enumerated() {
      guard (node.operation == .input) == (id == 0), node.inputs.isEmpty == (id == 0) else {
        return "node \"\(node.name)\" is an input in the wrong place, or has none"
      }
      guard node.inputs.allSatisfy({ 0 <= $0 && $0 < id }) else {
        return "node \"\(node.name)\" is fed by a later node"
      }
      guard node.shape.isPossible, node.operation.traits.isPossible, node.operation.hasPossibleWeights else {
        return "node \"\(node.name)\" has impossible sizes"
      }
      guard node.operation.takes(node.inputs.map { nodes[$0].shape }) else {
        return "node \"\(node.name)\" does not take what its inputs give"
      }
      if id > 0,
        (try? node.operation.outputShape(node.inputs.map { nodes[$0].shape }, node: node.name)) != node.shape
      {
        return "the shape of node \"\(node.name)\" does not follow from its inputs"
      }
    }
    return nil
  }
}

extension Operation {
  /// The convolution of a layer, with floats or with codes.
  private var convolution: Convolution? {
    switch self {
    case .convolution(let convolution): convolution
    case .integer(.convolution(let layer)): layer.convolution
    case .input, .batchNorm, .activation, .pool, .dense, .add, .flatten, .dropout, .fakeQuantize, .integer:
      nil
    }
  }

  /// False for a convolution whose weights can't be counted, though each of its extents is possible.
  fileprivate var hasPossibleWeights: Bool {
    guard let convolution else { return true }
    let extents = [convolution.outputs, convolution.inputs, convolution.kernel, convolution.kernel]
    return (SafetensorsHeader.elements(extents) ?? .max) <= Self.mostWeights
  }

  /// No network has a layer of a terabyte.
  private static let mostWeights = 1 << 38

  /// As many inputs as it computes with, and for what goes by channels, as many channels as it has; the rest follows
  /// with the shape of its output.
  fileprivate func takes(_ inputs: [Shape]) -> Bool {
    switch self {
    case .input: inputs.isEmpty
    case .batchNorm(let norm): inputs.map(\.channels) == [norm.channels]
    case .add: inputs.count == 2
    case .integer(.convolution(let layer)):
      layer.residual == nil
        ? inputs.count == 1
        : inputs.count == 2
          && (try? layer.convolution.outputShape([inputs[0]], node: "")) == inputs[1]
    case .convolution, .activation, .pool, .dense, .flatten, .dropout, .fakeQuantize, .integer:
      inputs.count == 1
    }
  }
}
