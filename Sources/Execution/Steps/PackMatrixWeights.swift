import CKernels
import OneDNN

/// Rounds weights as matrix units multiply them: to their codes, or to bfloat16.
final class PackMatrixWeights: Step {
  /// What multiplies them.
  enum Use {
    case forward(MatrixForward)
    case gradient(MatrixGradients)
  }

  let label: String
  let kind = StepKind.weightQuantization
  private let use: Use
  private let weights: ParameterID
  private let quantizer: WeightQuantizer?
  private let tile: ck_weight_tile
  private let target: BufferID
  private var pointers: (weights: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<UInt16>)?

  init(_ label: String, for use: Use, _ weights: PlannedWeights, _ tile: WeightTile, target: BufferID) {
    self.label = label
    self.use = use
    self.weights = weights.parameter
    quantizer = weights.quantizer
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
    guard let quantizer else { return pack(nil) }
    withUnsafePointer(to: quantizer.kernelGrid) { pack($0) }
  }

  private func pack(_ grid: UnsafePointer<ck_weight_grid>?) {
    guard let pointers else { return }
    withUnsafePointer(to: tile) { tile in
      switch use {
      case .forward(let forward):
        withUnsafePointer(to: forward.shape) {
          ck_matrix_forward_kernels(pointers.weights, tile, grid, pointers.target, $0)
        }
      case .gradient(let gradients):
        withUnsafePointer(to: gradients.shape) {
          ck_matrix_kernels(pointers.weights, tile, grid, gradients.halves ? 1 : 0, pointers.target, $0)
        }
      }
    }
  }
}
