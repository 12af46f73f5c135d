import GraphIR

/// Dense layers whose inputs are quantized as they come.
extension ModelExport {
  /// Range, codes and zero point of the batch at hand; integer sums; their scale; bias.
  mutating func writeDynamic(_ layer: DynamicDense, _ node: Graph.Node) throws(ExportError) -> WrittenTensor {
    guard target.quantizesAsItComes, layer.input == Self.dynamicGrid else {
      throw .dynamic(layer: node.name, target: target)
    }
    let (inputs, outputs) = (layer.dense.inputs, layer.dense.outputs)
    let name = node.name
    guard case .int8(let values)? = model.parameters[name + ".weight"]?.elements,
      values.count == inputs * outputs
    else { throw .parameter(name + ".weight") }
    let rows = vector(try source(node), name + ".flatten")
    let input = try float(rows, name + ".input")
    let parts = writer.add(
      "DynamicQuantizeLinear", name + ".quantize", [input], ends: ["codes", "scale", "zero"])
    // A product takes its second factor row by row of the inputs.
    let turned = (0..<inputs * outputs).map { values[$0 % outputs * inputs + $0 / outputs] }
    let weight = writer.codes(name + ".weight", turned, shape: [inputs, outputs])
    let sums = writer.add("MatMulInteger", name + ".sums", [parts[0], weight, parts[2]])
    let real = writer.add(
      "Cast", name + ".floats", [sums], [.integer("to", ONNXTensor.Element.float32.rawValue)])
    let scales = writer.floats(name + ".weight.scale", try scales(node, outputs), shape: [outputs])
    let unit = writer.add("Mul", name + ".unit", [parts[1], scales])
    let scaled = writer.add("Mul", name + ".scaled", [real, unit])
    let bias = try parameter(name + ".bias", [outputs])
    return floats(writer.add("Add", name, [scaled, bias]), isImage: false)
  }

  /// The only grid that DynamicQuantizeLinear has.
  private static let dynamicGrid = QuantizationGrid(minimum: 0, maximum: 255, symmetric: false)
}
