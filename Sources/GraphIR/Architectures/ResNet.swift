extension Architecture {
  /// He et al., "Deep Residual Learning" (2015), with torchvision's layer and parameter names.
  static let resnet18 = Architecture(
    name: "resnet18", summary: "ResNet-18: 11.2 M parameters, four stages of two residual blocks"
  ) { input, classes throws(ShapeError) in
    var graph = Graph(architecture: "resnet18", input: input)
    var last = try graph.appendNormalised(
      "conv1", "bn1", inputs: input.channels, outputs: 64, kernel: 7, stride: 2, padding: 3, after: 0)
    last = try graph.append("relu", .activation(.relu), last)
    last = try graph.append("maxpool", .pool(Pooling(.maximum, kernel: 3, stride: 2, padding: 1)), last)
    var channels = 64
    for (stage, outputs) in [64, 128, 256, 512].enumerated() {
      for block in 0..<2 {
        last = try graph.appendBasicBlock(
          "layer\(stage + 1).\(block)", inputs: channels, outputs: outputs,
          stride: stage > 0 && block == 0 ? 2 : 1, after: last)
        channels = outputs
      }
    }
    last = try graph.append("avgpool", .pool(.globalAverage), last)
    last = try graph.append("flatten", .flatten, last)
    try graph.append("fc", .dense(Dense(inputs: channels, outputs: classes)), last)
    return graph
  }
}

extension Graph {
  /// Convolution without bias, then batch norm.
  fileprivate mutating func appendNormalised(
    _ convolution: String, _ norm: String, inputs: Int, outputs: Int, kernel: Int, stride: Int,
    padding: Int, after input: NodeID
  ) throws(ShapeError) -> NodeID {
    let layer = Convolution(
      inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: padding, hasBias: false)
    let id = try append(convolution, .convolution(layer), input)
    return try append(norm, .batchNorm(BatchNorm(channels: outputs)), id)
  }

  /// Two 3×3 convolutions beside an identity, which is a strided 1×1 convolution where sizes change.
  fileprivate mutating func appendBasicBlock(
    _ name: String, inputs: Int, outputs: Int, stride: Int, after input: NodeID
  ) throws(ShapeError) -> NodeID {
    var last = try appendNormalised(
      name + ".conv1", name + ".bn1", inputs: inputs, outputs: outputs, kernel: 3, stride: stride,
      padding: 1, after: input)
    last = try append(name + ".relu1", .activation(.relu), last)
    var identity = input
    if stride != 1 || inputs != outputs {
      identity = try appendNormalised(
        name + ".downsample.0", name + ".downsample.1", inputs: inputs, outputs: outputs, kernel: 1,
        stride: stride, padding: 0, after: input)
    }
    last = try appendNormalised(
      name + ".conv2", name + ".bn2", inputs: outputs, outputs: outputs, kernel: 3, stride: 1, padding: 1,
      after: last)
    last = try append(name + ".add", .add, last, identity)
    return try append(name + ".relu2", .activation(.relu), last)
  }
}
