extension Architecture {
  /// LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998), with ReLU and maximum pooling in
  /// place of the scaled tanh and the trained subsampling.
  ///
  /// It was made for images of 32 pixels; smaller ones are padded by two on each side, as digits of 28 were.
  static let lenet5 = Architecture(
    name: "lenet5", summary: "LeNet-5: 0.06 M parameters, two convolutions, three dense layers"
  ) { input, classes throws(ShapeError) in
    var graph = Graph(architecture: "lenet5", input: input)
    let padding = min(input.height, input.width) < 32 ? 2 : 0
    var last = 0
    for (number, outputs) in [(1, 6), (2, 16)] {
      let convolution = Convolution(
        inputs: graph.nodes[last].shape.channels, outputs: outputs, kernel: 5,
        padding: number == 1 ? padding : 0)
      last = try graph.append("conv\(number)", .convolution(convolution), last)
      last = try graph.append("relu\(number)", .activation(.relu), last)
      last = try graph.append("pool\(number)", .pool(Pooling(.maximum, kernel: 2)), last)
    }
    last = try graph.append("flatten", .flatten, last)
    try graph.appendDenseLayers([120, 84], classes: classes, firstActivation: 3, after: last)
    return graph
  }
}
