import CKernels
import GraphIR
import OneDNN

/// The backward pass of a convolution on matrix units (Intel AMX), both gradients in one walk over the batch.
///
/// Codes are exact in bfloat16. A gradient in float is split into two bfloat16 that keep 16 of its 24 bits: the relative
/// error of each of its values is at most 2⁻¹⁷, while products and sums are those of floats. Images and gradients in
/// bfloat16 are multiplied as they are.
final class MatrixGradients {
  let shape: ck_matrix_convolution
  /// Whether the gradients are bfloat16.
  let halves: Bool
  /// Which pixel is multiplied where.
  let table: Vector<Int32>
  let kernelBytes: Int
  let scratchBytes: Int

  /// Nil where the processor has no matrix units, or oneDNN is held to kernels without them.
  init?(_ convolution: Convolution, batch: Int, input: Shape, output: Shape, halves: Bool = false) {
    guard Processor.hasMatrixUnits, convolution.groups == 1, convolution.inputs % 16 == 0,
      convolution.outputs % 16 == 0
    else { return nil }
    var shape = ck_matrix_convolution(convolution, batch: batch, input: input, output: output)
    table = Vector(Int(ck_matrix_table_count(&shape)), repeating: 0)
    ck_make_matrix_table(&shape, table.pointer)
    kernelBytes = Int(ck_matrix_kernel_bytes(&shape))
    scratchBytes = Int(ck_matrix_scratch_bytes(&shape, halves ? 1 : 0))
    self.shape = shape
    self.halves = halves
  }

  /// Tiles of sixteen inputs by sixteen outputs, as the weights' gradient is added up.
  func weightLayout() throws(OneDNNError) -> TensorLayout {
    try .tiles(
      outputs: Int(shape.outputs), inputs: Int(shape.inputs), kernel: Int(shape.kernel), side: 16)
  }
}

extension ck_matrix_convolution {
  init(_ convolution: Convolution, batch: Int, input: Shape, output: Shape) {
    self.init(
      batch: Int64(batch), inputs: Int64(convolution.inputs), outputs: Int64(convolution.outputs),
      height: Int64(input.height), width: Int64(input.width), out_height: Int64(output.height),
      out_width: Int64(output.width), kernel: Int64(convolution.kernel), stride: Int64(convolution.stride),
      padding: Int64(convolution.padding))
  }
}

extension ck_pixel_strides {
  /// Of images in blocks of sixteen channels, or with a multiple of sixteen channels innermost; nil for others.
  init?(_ layout: TensorLayout, _ shape: Shape) {
    let (plane, channels) = (Int64(shape.spatial), Int64(shape.channels))
    guard channels % 16 == 0, let block = layout.channelBlock else { return nil }
    switch Int64(block) {
    case 16: self.init(image: plane * channels, block: plane * 16, pixel: 16)
    case channels: self.init(image: plane * channels, block: 16, pixel: channels)
    default: return nil
    }
  }
}
