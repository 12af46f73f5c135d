import CKernels
import GraphIR
import OneDNN

/// A 3×3 convolution at stride 1 by Winograd's algorithm (Lavin, Gray: "Fast algorithms for convolutional neural
/// networks", 2015) in the program's own kernels: tiles of 4×4 outputs take 36 products a pair of channels in place of
/// 144, tiles of 2×2 take 16 in place of 36.
///
/// oneDNN has the algorithm only for AVX-512, and only before version 3.
struct WinogradTiles {
  let shape: ck_winograd

  /// Nil where oneDNN has the algorithm, the convolution is no such one, the layouts are not of floats in whole blocks, or
  /// the direct way is as fast.
  init?(
    _ convolution: Convolution, batch: Int, input: Shape, _ from: TensorLayout, output: Shape,
    _ to: TensorLayout
  ) {
    guard !oneDNNHasWinograd, convolution.kernel == 3, convolution.stride == 1, convolution.groups == 1,
      convolution.padding <= 2, input.channels % 16 == 0, output.channels % 16 == 0,
      let inBlock = from.eights(of: input), let outBlock = to.eights(of: output)
    else { return nil }
    let extent = Self.products(output, tile: 4) < Self.products(output, tile: 2) ? 4 : 2
    guard Self.pays(input, output, batch: batch, extent: extent) else { return nil }
    shape = ck_winograd(
      batch: Int64(batch), inputs: Int64(input.channels), outputs: Int64(output.channels),
      in_block: Int64(inBlock), out_block: Int64(outBlock), height: Int64(input.height),
      width: Int64(input.width), out_height: Int64(output.height), out_width: Int64(output.width),
      padding: Int64(convolution.padding), extent: Int64(extent))
  }

  private init(_ shape: ck_winograd) { self.shape = shape }

  /// The pass that finds the images' gradient: the same algorithm with both sides exchanged.
  var towardsInput: WinogradTiles {
    WinogradTiles(
      ck_winograd(
        batch: shape.batch, inputs: shape.outputs, outputs: shape.inputs, in_block: shape.out_block,
        out_block: shape.in_block, height: shape.out_height, width: shape.out_width,
        out_height: shape.height, out_width: shape.width, padding: 2 - shape.padding, extent: shape.extent))
  }

  /// Products a plane and pair of channels.
  private static func products(_ plane: Shape, tile: Int) -> Int {
    let (down, across) = ((plane.height + tile - 1) / tile, (plane.width + tile - 1) / tile)
    return down * across * (tile + 2) * (tile + 2)
  }

  /// Below these channels the way to the points and back costs what the products save; below these tiles, reading the
  /// kernels at their points does.
  private static func pays(_ input: Shape, _ output: Shape, batch: Int, extent: Int) -> Bool {
    let tiles = ((output.height + extent - 1) / extent) * ((output.width + extent - 1) / extent)
    return min(input.channels, output.channels) >= 32 && output.spatial > 1 && batch * tiles >= 8
  }

  var kernelBytes: Int { withUnsafePointer(to: shape) { 4 * Int(ck_winograd_kernel_count($0)) } }
  var scratchBytes: Int { withUnsafePointer(to: shape) { 4 * Int(ck_winograd_scratch_count($0)) } }
}

extension TensorLayout {
  /// The block of floats that a plane's channels lie in, where it is whole eights; of one pixel, all of them.
  fileprivate func eights(of shape: Shape) -> Int? {
    guard type == .float32, let block = shape.spatial == 1 ? shape.channels : channelBlock, block % 8 == 0,
      shape.channels % block == 0
    else { return nil }
    return block
  }
}
