import CKernels
import GraphIR
import OneDNN

/// The backward pass of a convolution over codes on matrix units (Intel AMX), both gradients in one walk over the batch.
///
/// Codes are exact in bfloat16, and the gradient of the outputs is split into two bfloat16 that keep 16 of its 24 bits: the
/// relative error of each of its values is at most 2⁻¹⁷, while products and sums are those of floats.
final class CodeGradients {
  let shape: ck_code_convolution
  /// Which pixel is multiplied where.
  let table: Vector<Int32>
  let kernelBytes: Int
  let scratchBytes: Int

  /// Nil where the processor has no matrix units, or oneDNN is held to kernels without them.
  init?(_ convolution: Convolution, batch: Int, input: Shape, output: Shape) {
    guard Processor.hasMatrixUnits, convolution.groups == 1, convolution.inputs % 16 == 0,
      convolution.outputs % 16 == 0
    else { return nil }
    var shape = ck_code_convolution(
      batch: Int64(batch), inputs: Int64(convolution.inputs), outputs: Int64(convolution.outputs),
      height: Int64(input.height), width: Int64(input.width), out_height: Int64(output.height),
      out_width: Int64(output.width), kernel: Int64(convolution.kernel), stride: Int64(convolution.stride),
      padding: Int64(convolution.padding))
    table = Vector(Int(ck_code_table_count(&shape)), repeating: 0)
    ck_make_code_table(&shape, table.pointer)
    (kernelBytes, scratchBytes) = (Int(ck_code_kernel_bytes(&shape)), Int(ck_code_scratch_bytes(&shape)))
    self.shape = shape
  }

  /// Tiles of sixteen inputs by sixteen outputs, as the weights' gradient is added up.
  func weightLayout() throws(OneDNNError) -> TensorLayout {
    try .tiles(
      outputs: Int(shape.outputs), inputs: Int(shape.inputs), kernel: Int(shape.kernel), side: 16)
  }
}
