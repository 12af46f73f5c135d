extension Architecture {
  /// The network for CIFAR-10 of "Deep Residual Learning" (2015, section 4.2): three stages of three blocks with 16, 32
  /// and 64 channels.
  ///
  /// Where sizes change the shortcut is a 1×1 convolution (the paper's option B), as in torchvision's networks; the
  /// paper's own table has option A, which pads with zeros and has 2,752 parameters fewer.
  static let resnet20 = Architecture(
    name: "resnet20", summary: "ResNet-20 for small images: 0.27 M parameters, projecting shortcuts"
  ) { input, classes throws(ShapeError) in
    var graph = Graph(architecture: "resnet20", input: input)
    var last = try graph.appendNormalised(
      "conv1", "bn1", outputs: 16, kernel: 3, after: 0)
    last = try graph.append("relu", .activation(.relu), last)
    for stage in 0..<3 {
      for block in 0..<3 {
        last = try graph.appendBlock(
          .basic, "layer\(stage + 1).\(block)", width: 16 << stage, stride: stage > 0 && block == 0 ? 2 : 1,
          after: last)
      }
    }
    try graph.appendAveragedClassifier(classes: classes, after: last)
    return graph
  }
}
