import OneDNN

/// What a step spends its time on; a profile adds up by kind.
package enum StepKind: String, CaseIterable, Sendable {
  case convolution, dense, pooling, normalization, weightQuantization, reorder, addition, quantization,
    optimizer
}

/// A piece of a plan: bound to its memory once, run many times.
protocol Step: AnyObject {
  /// "layer1.0.conv1 forward".
  var label: String { get }
  var kind: StepKind { get }
  func bind(_ memory: PlanMemory) throws(OneDNNError)
  func run() throws(OneDNNError)
}

/// A oneDNN primitive with its operands.
final class PrimitiveStep: Step {
  let label: String
  let kind: StepKind
  private let primitive: Primitive
  private let operands: [(role: Role, operand: Operand)]

  init(
    _ label: String, _ kind: StepKind, _ primitive: Primitive, _ operands: [(role: Role, operand: Operand)]
  ) {
    self.label = label
    self.kind = kind
    self.primitive = primitive
    self.operands = operands
  }

  func bind(_ memory: PlanMemory) throws(OneDNNError) {
    for (role, operand) in operands { try primitive.bind(role, memory.address(operand)) }
  }

  func run() throws(OneDNNError) { try primitive.run() }
}
