extension Architecture {
  /// Dense layers alone: what dynamic quantization was made for, and a convolution's opposite.
  static let mlp = Architecture(
    name: "mlp", summary: "fc 256, ReLU, fc 128, ReLU, fc: dense layers on the pixels"
  ) { input, classes throws(ShapeError) in
    var graph = Graph(architecture: "mlp", input: input)
    let last = try graph.append("flatten", .flatten, 0)
    try graph.appendDenseLayers([256, 128], classes: classes, firstActivation: 1, after: last)
    return graph
  }
}

extension Graph {
  /// `fc1`, ReLU, `fc2`, ReLU, …, and the classifier; activations are counted from `firstActivation`.
  mutating func appendDenseLayers(
    _ widths: [Int], classes: Int, firstActivation: Int, after input: NodeID
  ) throws(ShapeError) {
    var last = input
    for (index, width) in widths.enumerated() {
      let dense = Dense(inputs: nodes[last].shape.count, outputs: width)
      last = try append("fc\(index + 1)", .dense(dense), last)
      last = try append("relu\(firstActivation + index)", .activation(.relu), last)
    }
    let classifier = Dense(inputs: nodes[last].shape.count, outputs: classes)
    try append("fc\(widths.count + 1)", .dense(classifier), last)
  }
}
