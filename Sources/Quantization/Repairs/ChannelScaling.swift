package import GraphIR

/// Two layers with weights between which every channel may be scaled: by k after the first, by 1/k before the second.
///
/// The function of the network stays as it is, because all that lies between is positively homogeneous: ReLU,
/// LeakyReLU, pooling, flattening, nothing. ReLU6 is not: there a channel may be scaled as long as it stays below 6.
package struct ScalablePair: Hashable, Sendable {
  package var first: LayerGroup
  package var second: LayerGroup
  /// ReLU or ReLU6 after the first layer; nil where it is linear.
  package var activation: Rectifier?
  /// Inputs of the second layer that one channel feeds: more than 1 where a plane was flattened.
  package var span: Int
}

extension Graph {
  /// Every pair of layers between which channels may be scaled, in execution order.
  ///
  /// A pair ends where anybody else reads a tensor between the two, and at an addition, whose other summand would have
  /// to be scaled too.
  package var scalablePairs: [ScalablePair] {
    let groups = layerGroups
    let consumers = self.consumers
    var heads: [NodeID: LayerGroup] = [:]
    for group in groups { heads[group.head] = group }
    return groups.compactMap { first in
      guard nodes[first.head].operation.hasWeights, first.add == nil else { return nil }
      var last = first
      while let next = soleReader(of: last.output, consumers).flatMap({ heads[$0] }) {
        if nodes[next.head].operation.hasWeights {
          return ScalablePair(
            first: first, second: next, activation: rectifier(of: first),
            span: inputSpan(of: next, from: first))
        }
        guard nodes[next.head].operation.traits.isHomogeneous, next.activation == nil, next.norm == nil,
          next.add == nil
        else { return nil }
        last = next
      }
      return nil
    }
  }

  private func soleReader(of id: NodeID, _ consumers: [[NodeID]]) -> NodeID? {
    consumers[id].count == 1 ? consumers[id].first : nil
  }

  /// Inputs of a layer that come from one channel of the layer before.
  private func inputSpan(of second: LayerGroup, from first: LayerGroup) -> Int {
    let inputs = nodes[second.head].inputs.first.map { nodes[$0].shape.channels } ?? 0
    return inputs / nodes[first.head].shape.channels
  }
}

extension Model {
  /// Scales each channel between a pair by its factor, which must be above 0: outputs of the first layer by k, weights
  /// of the second that read them by 1/k.
  ///
  /// Where batch norm follows the first layer, its γ and β take the factor, so that its statistics still hold.
  package mutating func scaleChannels(_ pair: ScalablePair, by factors: [Float]) throws(RewriteError) {
    let first = graph.nodes[pair.first.norm ?? pair.first.head].name
    try multiply(first + ".weight", rows: factors)
    if parameters[first + ".bias"] != nil { try multiply(first + ".bias", rows: factors) }
    let second = graph.nodes[pair.second.head]
    let columns = InputColumns(second.operation, pair)
    var tensor = try parameter(second.name + ".weight")
    var values = tensor.floats
    for index in values.indices { values[index] /= factors[columns.channel(of: index)] }
    tensor.elements = .float32(values)
    parameters[second.name + ".weight"] = tensor
  }

  private mutating func multiply(_ name: String, rows factors: [Float]) throws(RewriteError) {
    var tensor = try parameter(name)
    var values = tensor.floats
    let rest = values.count / factors.count
    for index in values.indices { values[index] *= factors[index / rest] }
    tensor.elements = .float32(values)
    parameters[name] = tensor
  }

  /// For each channel between a pair, the largest magnitude of the folded weights that compute it and of those that
  /// read it.
  package func weightRanges(around pair: ScalablePair) throws(RewriteError) -> (
    computing: [Float], reading: [Float]
  ) {
    guard let first = try LayerWeights(pair.first, in: self),
      let second = try LayerWeights(pair.second, in: self)
    else { return ([], []) }
    let channels = first.weight.shape[0]
    var computing = [Float](repeating: 0, count: channels)
    let rest = first.weight.count / channels
    for (index, value) in first.weight.floats.enumerated() {
      computing[index / rest] = max(computing[index / rest], abs(value))
    }
    var reading = [Float](repeating: 0, count: channels)
    let columns = InputColumns(graph.nodes[pair.second.head].operation, pair)
    for (index, value) in second.weight.floats.enumerated() {
      let channel = columns.channel(of: index)
      reading[channel] = max(reading[channel], abs(value))
    }
    return (computing, reading)
  }
}

/// Which input channel an element of row-major weights reads.
private struct InputColumns {
  /// Weights of one output, of one input, outputs and inputs of a group.
  private var row, tap, groupOutputs, groupInputs: Int
  private var span: Int

  init(_ operation: Operation, _ pair: ScalablePair) {
    span = pair.span
    if case .convolution(let convolution) = operation {
      tap = convolution.kernel * convolution.kernel
      groupInputs = convolution.inputs / convolution.groups
      groupOutputs = convolution.outputs / convolution.groups
      row = groupInputs * tap
    } else if case .dense(let dense) = operation {
      (tap, groupInputs, groupOutputs, row) = (1, dense.inputs, dense.outputs, dense.inputs)
    } else {
      (tap, groupInputs, groupOutputs, row) = (1, 1, 1, 1)
    }
  }

  func channel(of index: Int) -> Int {
    let output = index / row
    return (output / groupOutputs * groupInputs + index % row / tap) / span
  }
}
