package import GraphIR
import OneDNN

/// Outputs of inner nodes, of a plan that was made with `capturing`; valid after `run`, until the next.
extension InferencePlan {
  /// Row-major values [batch, channels, height, width] of a captured node; nil where it has codes or was not captured.
  package func values(of id: Graph.NodeID) -> UnsafeBufferPointer<Float>? {
    guard let (address, capture) = captured[id], capture.tensor.type == .float32 else { return nil }
    return UnsafeBufferPointer(
      start: address.assumingMemoryBound(to: Float.self), count: batch * graph.nodes[id].shape.count)
  }

  /// Row-major codes of a captured node with the grid that they lie on; nil where it has floats or was not captured.
  package func codes(of id: Graph.NodeID) -> (
    codes: UnsafeBufferPointer<UInt8>, grid: QuantizationParameters
  )? {
    guard let (address, capture) = captured[id], let grid = capture.grid else { return nil }
    let codes = UnsafeBufferPointer(
      start: UnsafePointer(address.assumingMemoryBound(to: UInt8.self)),
      count: batch * graph.nodes[id].shape.count)
    return (codes, grid)
  }

  /// Row-major values of a captured node as floats, its codes dequantized; nil where it was not captured.
  package func floats(of id: Graph.NodeID) -> [Float]? {
    if let values = values(of: id) { return Array(values) }
    return codes(of: id).map { codes, grid in codes.map { grid.scale * Float(Int32($0) - grid.zeroPoint) } }
  }
}
