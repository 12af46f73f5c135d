import GraphIR

/// Layers that compute in float, with their parameters as they are.
extension ModelExport {
  mutating func writeFloat(_ node: Graph.Node) throws(ExportError) -> WrittenTensor {
    let source = try source(node)
    switch node.operation {
    case .convolution(let convolution):
      let image = image(source, node)
      var inputs = [try float(image, node.name + ".input"), try weight(node, convolution.weightShape)]
      if convolution.hasBias { inputs.append(try parameter(node.name + ".bias", [convolution.outputs])) }
      return floats(writer.add("Conv", node.name, inputs, convolution.attributes), isImage: true)
    case .dense(let dense):
      let rows = vector(source, node.name + ".flatten")
      var inputs = [try float(rows, node.name + ".input"), try weight(node, dense.weightShape)]
      if dense.hasBias { inputs.append(try parameter(node.name + ".bias", [dense.outputs])) }
      return floats(writer.add("Gemm", node.name, inputs, [.integer("transB", 1)]), isImage: false)
    case .batchNorm(let norm):
      let names = ["weight", "bias", "running_mean", "running_var"]
      var inputs = [try float(source, node.name + ".input")]
      for name in names { inputs.append(try parameter("\(node.name).\(name)", [norm.channels])) }
      return floats(
        writer.add("BatchNormalization", node.name, inputs, [.real("epsilon", norm.epsilon)]),
        isImage: source.isImage)
    case .activation(let activation):
      let input = try float(source, node.name + ".input")
      return floats(try activate(input, activation, node, named: node.name), isImage: source.isImage)
    case .pool(let pooling):
      let image = image(source, node)
      return floats(pool(try float(image, node.name + ".input"), pooling, node.name), isImage: true)
    case .add:
      let other = try self.source(node, 1)
      let summands = [image(source, node), image(other, node, node.inputs[1])]
      let names = [
        try float(summands[0], node.name + ".input"), try float(summands[1], node.name + ".summand"),
      ]
      return floats(writer.add("Add", node.name, names), isImage: true)
    case .flatten: return vector(source, node.name)
    case .dropout: return source
    case .input, .fakeQuantize, .integer:
      throw .noCounterpart(layer: node.name, what: node.operation.traits.words)
    }
  }

  func floats(_ name: String, isImage: Bool) -> WrittenTensor {
    WrittenTensor(name: name, grid: nil, isImage: isImage)
  }

  /// An activation of floats.
  mutating func activate(
    _ input: String, _ activation: Activation, _ node: Graph.Node, named name: String
  ) throws(ExportError) -> String {
    switch activation {
    case .rectifier(.relu): return writer.add("Relu", name, [input])
    case .rectifier(let rectifier):
      let bounds = [writer.scalar(0), writer.scalar(rectifier.ceiling)]
      return writer.add("Clip", name, [input] + bounds)
    case .curve(let curve) where curve.name == "leakyrelu":
      return writer.add("LeakyRelu", name, [input], [.real("alpha", curve.slopeBelow)])
    case .curve(let curve) where curve.name == "hardswish":
      guard options.opset >= Opset.hardSwish else {
        throw .needsOpset(layer: node.name, operation: "HardSwish", opset: Opset.hardSwish)
      }
      return writer.add("HardSwish", name, [input])
    case .curve: throw .noCounterpart(layer: node.name, what: activation.description)
    }
  }

  mutating func pool(_ input: String, _ pooling: Pooling, _ name: String) -> String {
    if pooling.global {
      return writer.add(pooling.kind == .maximum ? "GlobalMaxPool" : "GlobalAveragePool", name, [input])
    }
    let window: [ONNXAttribute] = [
      .integers("kernel_shape", [pooling.kernel, pooling.kernel]),
      .integers("strides", [pooling.stride, pooling.stride]),
      .integers("pads", Array(repeating: pooling.padding, count: 4)),
    ]
    return pooling.kind == .maximum
      ? writer.add("MaxPool", name, [input], window)
      : writer.add("AveragePool", name, [input], window + [.integer("count_include_pad", 1)])
  }

  /// The same as [batch, features].
  mutating func vector(_ tensor: WrittenTensor, _ name: String) -> WrittenTensor {
    guard tensor.isImage else { return tensor }
    var rows = tensor
    rows.name = writer.add("Flatten", name, [tensor.name], [.integer("axis", 1)])
    rows.isImage = false
    return rows
  }

  /// The same as [batch, channels, height, width], of the model's node that it was computed by.
  mutating func image(_ tensor: WrittenTensor, _ node: Graph.Node, _ id: Graph.NodeID? = nil) -> WrittenTensor
  {
    guard !tensor.isImage, let id = id ?? node.inputs.first else { return tensor }
    let shape = graph.nodes[id].shape
    let sizes = writer.sizes(node.name + ".shape", [-1, shape.channels, shape.height, shape.width])
    var image = tensor
    image.name = writer.add("Reshape", node.name + ".reshape", [tensor.name, sizes])
    image.isImage = true
    return image
  }

  private mutating func weight(_ node: Graph.Node, _ shape: [Int]) throws(ExportError) -> String {
    try parameter(node.name + ".weight", shape)
  }

  mutating func parameter(_ name: String, _ shape: [Int]) throws(ExportError) -> String {
    guard let tensor = model.parameters[name], tensor.shape == shape,
      case .float32(let values) = tensor.elements
    else { throw .parameter(name) }
    return writer.floats(name, values, shape: shape)
  }
}

extension Convolution {
  var attributes: [ONNXAttribute] {
    [
      .integers("kernel_shape", [kernel, kernel]), .integers("strides", [stride, stride]),
      .integers("pads", Array(repeating: padding, count: 4)), .integer("group", groups),
    ]
  }
}
