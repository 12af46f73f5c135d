import CKernels
import OneDNN

/// Copies what each output pixel of a convolution sees of bfloat16 images into a row of its own.
final class GatherColumns: Step {
  let label: String
  let kind = StepKind.reorder
  private let shape: ck_columns
  private let source: BufferID
  private let target: BufferID
  private var pointers: (source: UnsafeMutablePointer<UInt16>, target: UnsafeMutablePointer<UInt16>)?

  init(_ label: String, _ shape: ck_columns, from source: BufferID, to target: BufferID) {
    self.label = label
    self.shape = shape
    self.source = source
    self.target = target
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      memory.address(.buffer(source)).assumingMemoryBound(to: UInt16.self),
      memory.address(.buffer(target)).assumingMemoryBound(to: UInt16.self)
    )
  }

  func run() {
    guard let pointers else { return }
    withUnsafePointer(to: shape) { ck_gather_columns(pointers.source, pointers.target, $0) }
  }
}
