import CKernels
import OneDNN

/// A dense layer whose sums don't depend on which rows of the batch are computed beside one another, which those of
/// oneDNN's products do where rows fill no block.
final class DenseStep: Step {
  let label: String
  let kind: StepKind
  var implementation: String? { "own dense" }
  private let source: BufferID
  private let weights: Operand
  private let target: BufferID
  private let shape: ck_dense
  private let end: SumsEnd
  private var raw = ck_sums_end()
  private var pointers:
    (
      source: UnsafeMutablePointer<Float>, weights: UnsafeMutablePointer<Float>,
      target: UnsafeMutablePointer<Float>
    )?

  /// `weights` are as `panels` gives them.
  init(
    _ label: String, _ kind: StepKind, _ sizes: DenseSizes, from source: BufferID, weights: Operand,
    to target: BufferID, _ end: SumsEnd
  ) {
    self.label = label
    self.kind = kind
    self.source = source
    self.weights = weights
    self.target = target
    shape = ck_dense(
      batch: Int64(sizes.batch), inputs: Int64(sizes.inputs), outputs: Int64(sizes.outputs))
    self.end = end
  }

  /// Row-major weights [outputs, inputs] as [outputs / 16, inputs, 16], zeros behind the last outputs.
  static func panels(_ weights: [Float], inputs: Int) -> [Float] {
    let outputs = weights.count / max(inputs, 1)
    let panels = (outputs + width - 1) / width
    var result = [Float](repeating: 0, count: panels * inputs * width)
    for output in 0..<outputs {
      let start = output / width * inputs * width + output % width
      for input in 0..<inputs { result[start + input * width] = weights[output * inputs + input] }
    }
    return result
  }

  /// Outputs of a panel.
  private static let width = 16

  func bind(_ memory: PlanMemory) {
    pointers = (
      memory.floats(.buffer(source)), memory.floats(weights), memory.floats(.buffer(target))
    )
    raw = end.bound(memory)
  }

  func run() {
    guard let pointers else { return }
    withUnsafePointer(to: shape) { shape in
      withUnsafePointer(to: raw) { end in
        ck_dense_product(pointers.source, pointers.weights, pointers.target, shape, end)
      }
    }
  }
}
