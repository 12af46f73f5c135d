import CKernels
import OneDNN

/// A convolution on planes of few pixels: sums of products of codes, or bfloat16.
final class MatrixForwardStep: Step {
  let label: String
  let kind = StepKind.convolution
  var implementation: String? { algorithm.readsCodes ? "own amx_int8" : "own amx_bf16" }
  private let algorithm: MatrixForward
  private let operands: (source: BufferID, kernels: BufferID, target: BufferID)
  private var raw = ck_matrix_forward()

  init(
    _ label: String, _ algorithm: MatrixForward, source: BufferID, kernels: BufferID, target: BufferID
  ) {
    self.label = label
    self.algorithm = algorithm
    operands = (source, kernels, target)
    raw.reads_codes = algorithm.readsCodes ? 1 : 0
  }

  func bind(_ memory: PlanMemory) {
    raw.source = UnsafeRawPointer(memory.address(.buffer(operands.source)))
    raw.kernels = UnsafeRawPointer(memory.address(.buffer(operands.kernels)))
    raw.target = memory.address(.buffer(operands.target))
  }

  func run() {
    guard raw.target != nil else { return }
    withUnsafePointer(to: algorithm.shape) { ck_multiply_forward(&raw, $0) }
  }
}
