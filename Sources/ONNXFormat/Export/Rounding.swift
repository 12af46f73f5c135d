import GraphIR

/// From floats to codes and back.
extension ModelExport {
  /// The floats of a tensor, from its codes where it has such, for the node that reads them under `name`.
  ///
  /// Each reader has a dequantization of its own, which runtimes fuse into it. `unit` and `origin` take the place of the
  /// grid's scale and zero point.
  mutating func float(
    _ tensor: WrittenTensor, _ name: String, unit: Float? = nil, origin: Int? = nil
  ) throws(ExportError) -> String {
    guard let parameters = tensor.grid else { return tensor.name }
    let grid = try CodeGrid(parameters, of: name, for: target)
    return writer.add(
      "DequantizeLinear", name,
      [
        tensor.name, writer.scalar(unit ?? grid.scale),
        writer.zeroPoint(origin ?? grid.zeroPoint, signed: grid.signed),
      ])
  }

  /// What a layer has summed up, rectified and rounded to codes: q = z + rint(y/s), clamped to the grid.
  ///
  /// Codes saturate at the ends of their type, which rectifies where the zero point lies there; runtimes leave that
  /// rectifier out. Bounds that lie further in take a Clip: before the rounding, or, where a runtime's layer must be
  /// rounded at once, between two roundings, of which the second changes no code. `unit` takes the place of the scale
  /// where `y` is in other units. `fuses` is false where `y` is no sum of codes, which nothing is fused with.
  mutating func rounded(
    _ y: String, to parameters: QuantizationParameters, _ rectifier: Rectifier?, _ node: Graph.Node,
    unit: Float? = nil, fuses: Bool = true
  ) throws(ExportError) -> String {
    var grid = try CodeGrid(parameters, of: node.name, for: target)
    grid.scale = unit ?? grid.scale
    let bounds = grid.bounds(rectifier)
    let ends = [writer.scalar(grid.scale), writer.zeroPoint(grid.zeroPoint, signed: grid.signed)]
    let name = node.name
    let saturates = bounds == grid.leastCode...grid.greatestCode
    if saturates {
      let input = rectifier == nil ? y : writer.add("Relu", name + ".relu", [y])
      return writer.add("QuantizeLinear", name + ".codes", [input] + ends)
    }
    var input = y
    if fuses, target.roundsBeforeClamping {
      let codes = writer.add("QuantizeLinear", name + ".saturated", [y] + ends)
      input = writer.add("DequantizeLinear", name + ".unclamped", [codes] + ends)
    }
    // Up to the type's end it saturates by itself.
    if bounds.lowerBound == grid.zeroPoint, bounds.upperBound == grid.greatestCode {
      input = writer.add("Relu", name + ".relu", [input])
    } else {
      let limits = [bounds.lowerBound, bounds.upperBound].map { writer.scalar(grid.value($0)) }
      input = writer.add("Clip", name + ".clip", [input] + limits)
    }
    return writer.add("QuantizeLinear", name + ".codes", [input] + ends)
  }
}
