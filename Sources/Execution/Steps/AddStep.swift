import CKernels
import OneDNN

/// Adds one buffer to another of the same layout: gradients that meet where a tensor feeds several layers.
final class AddStep: Step {
  let label: String
  let kind = StepKind.addition
  private let target: BufferID
  private let summand: BufferID
  private let count: Int
  private var pointers: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)?

  init(_ label: String, target: BufferID, summand: BufferID, count: Int) {
    self.label = label
    self.target = target
    self.summand = summand
    self.count = count
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.floats(.buffer(target)), memory.floats(.buffer(summand)))
  }

  func run() {
    guard let (target, summand) = pointers else { return }
    ck_add(target, summand, Int64(count))
  }
}
