import CKernels

/// Copies bfloat16 values to floats.
final class WidenStep: Step {
  let label: String
  let kind = StepKind.reorder
  private let source: BufferID
  private let target: BufferID
  private let count: Int
  private var pointers: (source: UnsafeMutablePointer<UInt16>, target: UnsafeMutablePointer<Float>)?

  init(_ label: String, from source: BufferID, to target: BufferID, count: Int) {
    self.label = label
    self.source = source
    self.target = target
    self.count = count
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      memory.address(.buffer(source)).assumingMemoryBound(to: UInt16.self), memory.floats(.buffer(target))
    )
  }

  func run() {
    guard let pointers else { return }
    ck_widen(pointers.source, pointers.target, Int64(count))
  }
}
