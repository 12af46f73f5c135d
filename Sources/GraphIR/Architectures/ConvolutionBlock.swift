extension Graph {
  /// Convolution without bias that keeps the plane's size at stride 1, then batch norm.
  mutating func appendNormalised(
    _ convolution: String, _ norm: String, outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    after input: NodeID
  ) throws(ShapeError) -> NodeID {
    let layer = Convolution(
      inputs: nodes[input].shape.channels, outputs: outputs, kernel: kernel, stride: stride,
      padding: kernel / 2, groups: groups, hasBias: false)
    let id = try append(convolution, .convolution(layer), input)
    return try append(norm, .batchNorm(BatchNorm(channels: outputs)), id)
  }

  /// Average of each plane, then the classifier `fc`.
  mutating func appendAveragedClassifier(classes: Int, after input: NodeID) throws(ShapeError) {
    let channels = nodes[input].shape.channels
    var last = try append("avgpool", .pool(.globalAverage), input)
    last = try append("flatten", .flatten, last)
    try append("fc", .dense(Dense(inputs: channels, outputs: classes)), last)
  }
}
