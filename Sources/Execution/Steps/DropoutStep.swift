import CKernels
import GraphIR

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
  private var pointers: (source: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>)?

  init(_ label: String, _ mask: DropoutMask, from source: BufferID, to target: BufferID, count: Int) {
    self.label = label
    self.mask = mask
    self.source = source
    self.target = target
    self.count = count
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.floats(.buffer(source)), memory.floats(.buffer(target)))
  }

  func run() {
    guard let pointers else { return }
    ck_dropout(pointers.source, pointers.target, Int64(count), mask.rate, mask.key)
  }
}
