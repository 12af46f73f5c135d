import OneDNN

/// What a step spends its time on; a profile adds up by kind.
package enum StepKind: String, CaseIterable, Sendable {
  case convolution, dense, pooling, normalization, weightQuantization, reorder, addition, quantization,
    activation, dropout, optimizer
}

/// A piece of a plan: bound to its memory once, run many times.
protocol Step: AnyObject {
  /// "layer1.0.conv1 forward".
  var label: String { get }
  var kind: StepKind { get }
  /// The library's name for the code that runs; nil for the program's own kernels.
  var implementation: String? { get }
  func bind(_ memory: PlanMemory) throws(OneDNNError)
  func run() throws(OneDNNError)
}

extension Step {
  var implementation: String? { nil }
}

/// A step as a user may look at it.
package struct StepDescription: Hashable, Sendable {
  package var label: String
  package var kind: StepKind
  package var implementation: String?

  init(_ step: any Step) {
    label = step.label
    kind = step.kind
    implementation = step.implementation
  }
}

/// A oneDNN primitive with its operands.
final class PrimitiveStep: Step {
  let label: String
  let kind: StepKind
  private let primitive: Primitive
  private var operands: [(role: Role, operand: Operand)]

  init(
    _ label: String, _ kind: StepKind, _ primitive: Primitive, _ operands: [(role: Role, operand: Operand)]
  ) {
    self.label = label
    self.kind = kind
    self.primitive = primitive
    self.operands = operands
  }

  var implementation: String? { primitive.implementation }

  /// Gives the primitive memory that it needs only while it runs, alive at this step alone.
  func reserveScratchpad(_ memory: inout MemoryPlan, at step: Int) {
    guard let layout = primitive.layout(.scratchpad) else { return }
    let buffer = memory.reserve(layout.byteCount)
    memory.touch(buffer, at: step)
    operands.append((.scratchpad, .buffer(buffer)))
  }

  func bind(_ memory: PlanMemory) throws(OneDNNError) {
    for (role, operand) in operands { try primitive.bind(role, memory.address(operand)) }
  }

  func run() throws(OneDNNError) { try primitive.run() }
}
