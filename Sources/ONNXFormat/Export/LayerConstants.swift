import GraphIR

/// Weights, scales and biases of integer layers as constants.
extension ModelExport {
  /// Dequantized weights, one scale a channel.
  mutating func weights(_ node: Graph.Node, _ shape: [Int], bits: Int) throws(ExportError) -> String {
    let values = try codeValues(node, shape)
    let outputs = shape.first ?? 0
    let scales = try scales(node, outputs)
    let codes = try self.codes(node, values, shape, bits: bits)
    // One scale where all are the same: weights of one tensor. Zero points are written for TensorRT's sake, and for
    // each layer anew, since onnxruntime replaces them layer by layer where it makes the weights unsigned.
    if let first = scales.first, scales.allSatisfy({ $0 == first }) {
      let zero = writer.codes(node.name + ".weight.zero", [0], shape: [])
      return writer.add(
        "DequantizeLinear", node.name + ".weight.values", [codes, writer.scalar(first), zero])
    }
    let scale = writer.floats(node.name + ".weight.scale", scales, shape: [outputs])
    let zeros = writer.codes(
      node.name + ".weight.zero", Array(repeating: 0, count: outputs), shape: [outputs])
    return writer.add(
      "DequantizeLinear", node.name + ".weight.values", [codes, scale, zeros], [.integer("axis", 0)])
  }

  /// Weights as they are stored.
  mutating func codes(_ node: Graph.Node, _ shape: [Int], bits: Int) throws(ExportError) -> String {
    try codes(node, try codeValues(node, shape), shape, bits: bits)
  }

  /// Of up to 4 bits, they lie in the file as such where it can hold them, and become bytes when it is read: kernels
  /// of convolutions know bytes alone.
  private mutating func codes(
    _ node: Graph.Node, _ values: [Int8], _ shape: [Int], bits: Int
  ) throws(ExportError) -> String {
    let name = node.name + ".weight"
    guard bits <= 4, target.takesInt4, options.opset >= Opset.int4,
      values.allSatisfy({ (-8...7).contains($0) })
    else { return writer.codes(name, values, shape: shape) }
    let packed = writer.halfCodes(name, values, shape: shape)
    return writer.add(
      "Cast", name + ".bytes", [packed], [.integer("to", ONNXTensor.Element.int8.rawValue)])
  }

  private func codeValues(_ node: Graph.Node, _ shape: [Int]) throws(ExportError) -> [Int8] {
    let name = node.name + ".weight"
    guard let tensor = model.parameters[name], tensor.shape == shape, case .int8(let values) = tensor.elements
    else { throw .parameter(name) }
    return values
  }

  /// One scale an output.
  func scales(_ node: Graph.Node, _ outputs: Int) throws(ExportError) -> [Float] {
    let name = node.name + ".scale"
    guard let scales = model.parameters[name]?.floats, scales.count == outputs else { throw .parameter(name) }
    return scales
  }

  func integers(_ name: String, _ count: Int) throws(ExportError) -> [Int32] {
    guard let values = model.parameters[name]?.int32s, values.count == count else { throw .parameter(name) }
    return values
  }

  /// Biases in units of input scale times weight scale, dequantized; or as floats, where the target wants them so.
  mutating func bias(
    _ node: Graph.Node, _ outputs: Int, inputScale: Float, constant: Float = 0
  ) throws(ExportError) -> String {
    let name = node.name + ".bias"
    let values = try integers(name, outputs)
    let units = try scales(node, outputs).map { $0 * inputScale }
    if target.hasFloatBiases {
      let floats = zip(values, units).map { Float(Double($0) * Double($1) + Double(constant)) }
      return writer.floats(name, floats, shape: [outputs])
    }
    let codes = writer.integers(name, values, shape: [outputs])
    let scale = writer.floats(name + ".scale", units, shape: [outputs])
    return writer.add("DequantizeLinear", name + ".values", [codes, scale], [.integer("axis", 0)])
  }
}
