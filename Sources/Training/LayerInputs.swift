import Execution
import GraphIR
import Quantization

/// A layer with weights of a network whose batch norm is folded, alone: what repairs after quantization work on.
struct WeightedLayer {
  var group: LayerGroup
  var name: String
  var weights: LayerWeights
  /// Node that feeds it, and the shape of one image there.
  var input: Graph.NodeID
  var inputShape: Shape
  var outputShape: Shape

  /// Every layer with weights, in execution order.
  static func all(of model: Model) throws -> [WeightedLayer] {
    try model.graph.layerGroups.compactMap { group in
      let node = model.graph.nodes[group.head]
      guard let weights = try LayerWeights(group, in: model), let input = node.inputs.first else {
        return nil
      }
      return WeightedLayer(
        group: group, name: node.name, weights: weights, input: input,
        inputShape: model.graph.nodes[input].shape, outputShape: node.shape)
    }
  }

  /// Its outputs for one image, before any addition or activation: row-major [channels, height, width].
  func outputs(for image: [Float]) throws -> [Float] {
    var graph = Graph(architecture: "layer", input: inputShape)
    try graph.append(name, weights.operation, 0)
    let model = Model(
      kind: .float, graph: graph,
      parameters: ParameterSet([name + ".weight": weights.weight, name + ".bias": weights.bias]))
    let plan = try InferencePlan(model, batch: 1)
    for (index, value) in image.enumerated() { plan.input[index] = value }
    try plan.run()
    return Array(plan.logits)
  }
}

/// How many input rows a repair looks at: the windows that a convolution meets, or a dense layer's inputs.
struct WindowSampler {
  let layer: WeightedLayer
  private var generator: SeededGenerator
  private let kernel, stride, padding: Int

  init(_ layer: WeightedLayer, seed: UInt64) {
    self.layer = layer
    generator = SeededGenerator(seed: seed, purpose: "windows of " + layer.name)
    if case .convolution(let convolution) = layer.weights.operation {
      (kernel, stride, padding) = (convolution.kernel, convolution.stride, convolution.padding)
    } else {
      (kernel, stride, padding) = (1, 1, 0)
    }
  }

  /// Values of one window, all input channels.
  var rowCount: Int { layer.inputShape.channels * kernel * kernel }

  /// Output positions to look at, so many an image; the same draw serves two networks.
  mutating func positions(images: Int, each: Int) -> [(image: Int, row: Int, column: Int)] {
    (0..<images * each).map { index in
      let place = Int(generator.next() % UInt64(layer.outputShape.spatial))
      return (index / each, place / layer.outputShape.width, place % layer.outputShape.width)
    }
  }

  /// Writes the window of a position in the order of the weights: channel, row, column; 0 where padding lies.
  func copyWindow(
    _ values: UnsafeBufferPointer<Float>, at position: (image: Int, row: Int, column: Int),
    to target: UnsafeMutablePointer<Float>
  ) {
    let shape = layer.inputShape
    var index = 0
    for channel in 0..<shape.channels {
      let plane = (position.image * shape.channels + channel) * shape.spatial
      for down in 0..<kernel {
        let row = position.row * stride - padding + down
        for right in 0..<kernel {
          let column = position.column * stride - padding + right
          let isInside = row >= 0 && row < shape.height && column >= 0 && column < shape.width
          target[index] = isInside ? values[plane + row * shape.width + column] : 0
          index += 1
        }
      }
    }
  }
}
