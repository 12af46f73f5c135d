extension Architecture {
  /// Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018), with torchvision's layer and
  /// parameter names.
  static let mobilenetv2 = Architecture(
    name: "mobilenetv2", summary: "MobileNetV2: 2.2 M parameters, depthwise convolutions, ReLU6, dropout",
    initialization: .fanOut(denseDeviation: 0.01)
  ) { input, classes throws(ShapeError) in
    var graph = Graph(architecture: "mobilenetv2", input: input)
    var last = try graph.appendMobile(
      "features.0", outputs: 32, kernel: 3, stride: 2, after: 0)
    var index = 1
    for stage in mobileStages {
      for block in 0..<stage.blocks {
        last = try graph.appendInvertedResidual(
          "features.\(index)", outputs: stage.outputs, stride: block == 0 ? stage.stride : 1,
          expansion: stage.expansion, after: last)
        index += 1
      }
    }
    last = try graph.appendMobile(
      "features.\(index)", outputs: 1280, kernel: 1, after: last)
    last = try graph.append("avgpool", .pool(.globalAverage), last)
    last = try graph.append("flatten", .flatten, last)
    last = try graph.append("classifier.0", .dropout(Dropout(rate: 0.2)), last)
    try graph.append("classifier.1", .dense(Dense(inputs: 1280, outputs: classes)), last)
    return graph
  }

  /// Table 2 of the paper: expansion t, channels c, blocks n, stride s of the first.
  private static let mobileStages: [(expansion: Int, outputs: Int, blocks: Int, stride: Int)] = [
    (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
  ]
}

extension Graph {
  /// Convolution, batch norm and ReLU6: `NAME.0`, `NAME.1`, `NAME.2`.
  fileprivate mutating func appendMobile(
    _ name: String, outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1, after input: NodeID
  ) throws(ShapeError) -> NodeID {
    let last = try appendNormalised(
      name + ".0", name + ".1", outputs: outputs, kernel: kernel, stride: stride, groups: groups, after: input
    )
    return try append(name + ".2", .activation(.relu6), last)
  }

  /// 1×1 up to `expansion` times the channels, 3×3 on each channel alone, 1×1 down without activation; added to its
  /// input where both have the same size.
  fileprivate mutating func appendInvertedResidual(
    _ name: String, outputs: Int, stride: Int, expansion: Int, after input: NodeID
  ) throws(ShapeError) -> NodeID {
    let inputs = nodes[input].shape.channels
    let hidden = inputs * expansion
    var last = input
    var part = 0
    if expansion != 1 {
      last = try appendMobile(
        name + ".conv.0", outputs: hidden, kernel: 1, after: last)
      part = 1
    }
    last = try appendMobile(
      name + ".conv.\(part)", outputs: hidden, kernel: 3,
      stride: stride, groups: hidden, after: last)
    last = try appendNormalised(
      name + ".conv.\(part + 1)", name + ".conv.\(part + 2)", outputs: outputs, kernel: 1,
      after: last)
    guard stride == 1, inputs == outputs else { return last }
    return try append(name + ".add", .add, last, input)
  }
}
