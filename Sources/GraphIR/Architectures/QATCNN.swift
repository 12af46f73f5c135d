extension Architecture {
  /// The small network of the first lessons: two biased convolutions without batch norm.
  static let qatcnn = Architecture(
    name: "qatcnn", summary: "conv 16 3×3, ReLU, pool, conv 32 3×3, ReLU, fc: trains in seconds"
  ) { input, classes throws(ShapeError) in
    var graph = Graph(architecture: "qatcnn", input: input)
    var last = try graph.append(
      "conv1", .convolution(Convolution(inputs: input.channels, outputs: 16, kernel: 3, padding: 1)), 0)
    last = try graph.append("relu1", .activation(.relu), last)
    last = try graph.append("pool", .pool(Pooling(.maximum, kernel: 2)), last)
    last = try graph.append(
      "conv2", .convolution(Convolution(inputs: 16, outputs: 32, kernel: 3, padding: 1)), last)
    last = try graph.append("relu2", .activation(.relu), last)
    let features = graph.outputShape.count
    last = try graph.append("flatten", .flatten, last)
    try graph.append("fc", .dense(Dense(inputs: features, outputs: classes)), last)
    return graph
  }
}
