extension Architecture {
  /// Simonyan and Zisserman, "Very Deep Convolutional Networks" (2014), configuration A without batch norm, with
  /// torchvision's layer and parameter names.
  ///
  /// torchvision averages every image's last plane to 7×7. Images of 224 pixels leave 7×7, so that changes nothing for
  /// them; smaller ones leave less, which here goes to the classifier as it is instead of being repeated, so that
  /// `classifier.0.weight` has fewer columns. Planes of 1×1 are not halved again.
  static let vgg11 = Architecture(
    name: "vgg11", summary: "VGG-11: 28 M parameters on small images, dropout, no batch norm",
    initialization: .fanOut(denseDeviation: 0.01)
  ) { input, classes throws(ShapeError) in
    try vggGraph("vgg11", input, classes, hasBatchNorm: false)
  }

  /// The same with batch norm after each convolution, which keeps its bias, as in torchvision.
  static let vgg11BatchNorm = Architecture(
    name: "vgg11_bn", summary: "VGG-11 with batch norm: 28 M parameters on small images, dropout",
    initialization: .fanOut(denseDeviation: 0.01)
  ) { input, classes throws(ShapeError) in
    try vggGraph("vgg11_bn", input, classes, hasBatchNorm: true)
  }
}

/// Outputs of the convolutions between two poolings.
private let vggStages = [[64], [128], [256, 256], [512, 512], [512, 512]]

private func vggGraph(
  _ name: String, _ input: Shape, _ classes: Int, hasBatchNorm: Bool
) throws(ShapeError) -> Graph {
  var graph = Graph(architecture: name, input: input)
  var last = 0
  var index = 0
  for stage in vggStages {
    for outputs in stage {
      let convolution = Convolution(
        inputs: graph.nodes[last].shape.channels, outputs: outputs, kernel: 3, padding: 1)
      last = try graph.append("features.\(index)", .convolution(convolution), last)
      if hasBatchNorm {
        index += 1
        last = try graph.append("features.\(index)", .batchNorm(BatchNorm(channels: outputs)), last)
      }
      last = try graph.append("features.\(index + 1)", .activation(.relu), last)
      index += 2
    }
    let plane = graph.nodes[last].shape
    if min(plane.height, plane.width) > 1 {
      last = try graph.append("features.\(index)", .pool(Pooling(.maximum, kernel: 2)), last)
    }
    index += 1
  }
  let plane = graph.nodes[last].shape
  guard max(plane.height, plane.width) <= 7 else {
    throw ShapeError(
      node: "classifier.0",
      reason: "the planes before it are \(plane.height)×\(plane.width), and it takes 7×7 at the most: "
        + "images of up to 255 pixels")
  }
  try graph.appendVGGClassifier(classes: classes, after: last)
  return graph
}

extension Graph {
  fileprivate mutating func appendVGGClassifier(classes: Int, after input: NodeID) throws(ShapeError) {
    var last = try append("flatten", .flatten, input)
    for index in [0, 3] {
      let dense = Dense(inputs: nodes[last].shape.count, outputs: 4096)
      last = try append("classifier.\(index)", .dense(dense), last)
      last = try append("classifier.\(index + 1)", .activation(.relu), last)
      last = try append("classifier.\(index + 2)", .dropout(Dropout(rate: 0.5)), last)
    }
    try append("classifier.6", .dense(Dense(inputs: 4096, outputs: classes)), last)
  }
}
