import CKernels
import OneDNN

/// Rounds weights to bfloat16, in the order in which matrix units multiply them in the forward pass.
final class PackForwardKernels: Step {
  let label: String
  let kind = StepKind.reorder
  private let shape: ck_matrix_convolution
  private let weights: ParameterID
  private let quantizer: WeightQuantizer?
  private let tile: ck_weight_tile
  private let target: BufferID
  private var pointers: (weights: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<UInt16>)?

  init(
    _ label: String, _ forward: MatrixForward, _ weights: ParameterID, _ quantizer: WeightQuantizer?,
    _ tile: WeightTile, target: BufferID
  ) {
    self.label = label
    shape = forward.shape
    self.weights = weights
    self.quantizer = quantizer
    self.tile = ck_weight_tile(tile)
    self.target = target
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      memory.floats(.parameter(weights)),
      memory.address(.buffer(target)).assumingMemoryBound(to: UInt16.self)
    )
  }

  func run() {
    guard let pointers else { return }
    withUnsafePointer(to: shape) { shape in
      withUnsafePointer(to: tile) { tile in
        guard let quantizer else {
          return ck_matrix_forward_kernels(pointers.weights, tile, nil, pointers.target, shape)
        }
        withUnsafePointer(to: quantizer.kernelGrid) { grid in
          ck_matrix_forward_kernels(pointers.weights, tile, grid, pointers.target, shape)
        }
      }
    }
  }
}

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
