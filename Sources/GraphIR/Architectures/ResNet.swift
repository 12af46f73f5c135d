extension Architecture {
  static let resnet18 = residual(
    "resnet18", "ResNet-18: 11.2 M parameters, four stages of two residual blocks",
    blocks: [2, 2, 2, 2], .basic)
}

/// He et al., "Deep Residual Learning" (2015), for ImageNet, with torchvision's layer and parameter names.
extension Architecture {
  /// Two 3×3 convolutions a block, or the 1×1, 3×3, 1×1 of the deep networks.
  enum ResidualBlock: Sendable { case basic, bottleneck }

  static func residual(_ name: String, _ summary: String, blocks: [Int], _ kind: ResidualBlock)
    -> Architecture
  {
    Architecture(name: name, summary: summary) { input, classes throws(ShapeError) in
      var graph = Graph(architecture: name, input: input)
      var last = try graph.appendNormalised(
        "conv1", "bn1", outputs: 64, kernel: 7, stride: 2, after: 0)
      last = try graph.append("relu", .activation(.relu), last)
      last = try graph.append("maxpool", .pool(Pooling(.maximum, kernel: 3, stride: 2, padding: 1)), last)
      for (stage, count) in blocks.enumerated() {
        for block in 0..<count {
          last = try graph.appendBlock(
            kind, "layer\(stage + 1).\(block)", width: 64 << stage, stride: stage > 0 && block == 0 ? 2 : 1,
            after: last)
        }
      }
      try graph.appendAveragedClassifier(classes: classes, after: last)
      return graph
    }
  }
}

extension Graph {
  /// A residual block and the ReLU after its addition.
  mutating func appendBlock(
    _ kind: Architecture.ResidualBlock, _ name: String, width: Int, stride: Int, after input: NodeID
  ) throws(ShapeError) -> NodeID {
    switch kind {
    case .basic: try appendBasicBlock(name, width: width, stride: stride, after: input)
    case .bottleneck: try appendBottleneck(name, width: width, stride: stride, after: input)
    }
  }

  private mutating func appendBasicBlock(
    _ name: String, width: Int, stride: Int, after input: NodeID
  ) throws(ShapeError) -> NodeID {
    var last = try appendNormalised(
      name + ".conv1", name + ".bn1", outputs: width, kernel: 3, stride: stride,
      after: input)
    last = try append(name + ".relu1", .activation(.relu), last)
    let identity = try appendIdentity(name, outputs: width, stride: stride, after: input)
    last = try appendNormalised(
      name + ".conv2", name + ".bn2", outputs: width, kernel: 3, after: last)
    last = try append(name + ".add", .add, last, identity)
    return try append(name + ".relu2", .activation(.relu), last)
  }

  /// 1×1 down to `width`, 3×3 with the stride (torchvision's "v1.5"), 1×1 up to four times `width`.
  private mutating func appendBottleneck(
    _ name: String, width: Int, stride: Int, after input: NodeID
  ) throws(ShapeError) -> NodeID {
    var last = try appendNormalised(
      name + ".conv1", name + ".bn1", outputs: width, kernel: 1, after: input)
    last = try append(name + ".relu1", .activation(.relu), last)
    last = try appendNormalised(
      name + ".conv2", name + ".bn2", outputs: width, kernel: 3, stride: stride,
      after: last)
    last = try append(name + ".relu2", .activation(.relu), last)
    let identity = try appendIdentity(name, outputs: 4 * width, stride: stride, after: input)
    last = try appendNormalised(
      name + ".conv3", name + ".bn3", outputs: 4 * width, kernel: 1, after: last)
    last = try append(name + ".add", .add, last, identity)
    return try append(name + ".relu3", .activation(.relu), last)
  }

  /// What the block's result is added to: the input itself, or a strided 1×1 convolution where sizes change.
  private mutating func appendIdentity(
    _ name: String, outputs: Int, stride: Int, after input: NodeID
  ) throws(ShapeError) -> NodeID {
    let inputs = nodes[input].shape.channels
    guard stride != 1 || inputs != outputs else { return input }
    return try appendNormalised(
      name + ".downsample.0", name + ".downsample.1", outputs: outputs, kernel: 1,
      stride: stride, after: input)
  }
}
