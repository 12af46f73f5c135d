import CKernels
import OneDNN

/// Adds one buffer to another of the same layout: gradients that meet where a tensor feeds several layers.
final class AddStep: Step {
  let label: String
  let kind = StepKind.addition
  private let target: BufferID
  private let summand: BufferID
  private let count: Int
  private let type: ElementType
  private var pointers: (UnsafeMutableRawPointer, UnsafeMutableRawPointer)?

  /// `type` is float32 or bfloat16.
  init(_ label: String, target: BufferID, summand: BufferID, count: Int, type: ElementType) {
    self.label = label
    self.target = target
    self.summand = summand
    self.count = count
    self.type = type
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.address(.buffer(target)), memory.address(.buffer(summand)))
  }

  func run() {
    guard let (target, summand) = pointers else { return }
    if type == .bfloat16 {
      ck_add_bf16(
        target.assumingMemoryBound(to: UInt16.self), summand.assumingMemoryBound(to: UInt16.self),
        Int64(count))
    } else {
      ck_add(
        target.assumingMemoryBound(to: Float.self), summand.assumingMemoryBound(to: Float.self), Int64(count))
    }
  }
}
