import CKernels
import GraphIR
import OneDNN

/// Which activations a dropout layer sets to zero at a step.
///
/// A function of the run's seed, the step and the layer, so that the backward pass finds the mask again without keeping
/// it, and a resumed run goes on with the same masks.
final class DropoutMask {
  let rate: Float
  private let purpose: String
  private let phase: PlanPhase
  private var generator: SeededGenerator
  private var seed: UInt64

  init(node: String, rate: Float, phase: PlanPhase) {
    self.rate = rate
    self.phase = phase
    purpose = "dropout " + node
    seed = phase.randomSeed
    generator = SeededGenerator(seed: seed, purpose: purpose)
  }

  /// What this step's draws are counted from.
  var key: UInt64 {
    if seed != phase.randomSeed {
      seed = phase.randomSeed
      generator = SeededGenerator(seed: seed, purpose: purpose)
    }
    return generator.number(at: phase.randomStep)
  }
}

/// Masks values on the way forward, or their gradient on the way back.
final class DropoutStep: Step {
  let label: String
  let kind = StepKind.dropout
  private let mask: DropoutMask
  private let source: BufferID
  private let target: BufferID
  private let count: Int
  private let type: ElementType
  private var pointers: (source: UnsafeMutableRawPointer, target: UnsafeMutableRawPointer)?

  /// Both buffers hold values as `tensor` does.
  init(
    _ label: String, _ mask: DropoutMask, from source: BufferID, to target: BufferID,
    like tensor: ActivationTensor
  ) {
    self.label = label
    self.mask = mask
    self.source = source
    self.target = target
    count = tensor.storedCount
    type = tensor.type
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.address(.buffer(source)), memory.address(.buffer(target)))
  }

  func run() {
    guard let pointers else { return }
    if type == .bfloat16 {
      ck_dropout_bf16(
        pointers.source.assumingMemoryBound(to: UInt16.self),
        pointers.target.assumingMemoryBound(to: UInt16.self), Int64(count), mask.rate, mask.key)
    } else {
      ck_dropout(
        pointers.source.assumingMemoryBound(to: Float.self),
        pointers.target.assumingMemoryBound(to: Float.self), Int64(count), mask.rate, mask.key)
    }
  }
}
