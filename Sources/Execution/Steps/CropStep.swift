import CKernels
import OneDNN

/// Copies the kernel taps that count between a layer's weights and the smaller kernel that stands for them.
final class CropStep: Step {
  enum Way { case gather, scatter }

  let label: String
  let kind = StepKind.reorder
  private let weights: Operand
  private let crop: BufferID
  private let shape: CropShape
  private let way: Way
  private var pointers: (weights: UnsafeMutablePointer<Float>, crop: UnsafeMutablePointer<Float>)?

  init(_ label: String, _ way: Way, weights: Operand, crop: BufferID, shape: CropShape) {
    self.label = label
    self.way = way
    self.weights = weights
    self.crop = crop
    self.shape = shape
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.floats(weights), memory.floats(.buffer(crop)))
  }

  func run() {
    guard let pointers else { return }
    ck_crop_taps(
      pointers.weights, pointers.crop, Int64(shape.outer), Int64(shape.kernel), Int64(shape.first),
      Int64(shape.extent), Int64(shape.block), way == .scatter ? 1 : 0)
  }
}

/// Weights [outer][kernel][kernel][block], of which rows and columns first..<first + extent count.
struct CropShape {
  var outer, kernel, first, extent, block: Int
}
