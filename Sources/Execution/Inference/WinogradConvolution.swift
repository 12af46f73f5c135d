import CKernels
import GraphIR
import OneDNN

/// A float convolution in Winograd's form, its kernels at their points already.
struct WinogradConvolution {
  var tiles: WinogradTiles
  var kernels: Operand
}

extension InferencePlanner {
  /// The convolution in the program's own Winograd kernels, from row-major weights; nil where they don't serve it.
  mutating func winogradConvolution(
    _ convolution: Convolution, _ node: Graph.Node, _ source: ActivationTensor, direct: Primitive,
    weights: [Float]
  ) throws -> WinogradConvolution? {
    guard let from = direct.layout(.source), let to = direct.layout(.destination),
      let tiles = WinogradTiles(
        convolution, batch: batch, input: source.shape, from, output: node.shape, to)
    else { return nil }
    let stored = try TensorLayout.tiles(
      outputs: convolution.outputs, inputs: convolution.inputs, kernel: convolution.kernel, side: 8)
    guard let tile = stored.weightTile.map(ck_weight_tile.init) else { return nil }
    let inTiles = Arena(byteCount: stored.byteCount)
    try weights.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      let plain = try TensorLayout.plain(convolution.weightDimensions)
      try transfer(from: UnsafeMutableRawPointer(mutating: base), plain, to: inTiles.base, stored)
    }
    let kernels = Arena(byteCount: tiles.kernelBytes)
    withUnsafePointer(to: tiles.shape) { shape in
      withUnsafePointer(to: tile) { tile in
        ck_winograd_kernels(
          inTiles.base.assumingMemoryBound(to: Float.self), tile,
          kernels.base.assumingMemoryBound(to: Float.self), shape, 0)
      }
    }
    constants.append(kernels)
    return WinogradConvolution(tiles: tiles, kernels: .fixed(kernels.base))
  }

  mutating func append(
    _ tiles: WinogradTiles, _ label: String, from source: BufferID, kernels: Operand, to target: BufferID,
    _ end: SumsEnd
  ) {
    let scratch = memory.reserve(tiles.scratchBytes)
    append(
      WinogradConvolve(label, tiles, from: source, kernels: kernels, to: target, scratch: scratch, end),
      [source, target, scratch])
  }
}
