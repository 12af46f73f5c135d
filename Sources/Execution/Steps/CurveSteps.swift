import CKernels
import GraphIR
import OneDNN

/// A curve of values, or their gradient times the curve's derivative.
final class CurveStep: Step {
  let label: String
  let kind = StepKind.activation
  private let curve: ck_curve
  private let source: ActivationTensor
  private let gradient: BufferID?
  private let target: BufferID
  private var pointers: (source: UnsafeMutableRawPointer, target: UnsafeMutableRawPointer)?
  private var gradientPointer: UnsafeMutableRawPointer?

  /// `source` holds the values on both ways; all buffers lie as it does.
  init(
    _ label: String, _ curve: ActivationCurve, of source: ActivationTensor, gradient: BufferID? = nil,
    to target: BufferID
  ) {
    self.label = label
    self.curve = ck_curve(
      lower: curve.lower, upper: curve.upper, slope_below: curve.slopeBelow, slope_above: curve.slopeAbove,
      linear: curve.linear, square: curve.square)
    self.source = source
    self.gradient = gradient
    self.target = target
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.address(.buffer(source.buffer)), memory.address(.buffer(target)))
    gradientPointer = gradient.map { memory.address(.buffer($0)) }
  }

  func run() {
    guard let pointers else { return }
    if source.type == .bfloat16 {
      run(
        pointers.source.assumingMemoryBound(to: UInt16.self),
        gradientPointer?.assumingMemoryBound(to: UInt16.self),
        pointers.target.assumingMemoryBound(to: UInt16.self), ck_curve_forward_bf16, ck_curve_backward_bf16)
    } else {
      run(
        pointers.source.assumingMemoryBound(to: Float.self),
        gradientPointer?.assumingMemoryBound(to: Float.self),
        pointers.target.assumingMemoryBound(to: Float.self), ck_curve_forward, ck_curve_backward)
    }
  }

  private typealias Values<Element> = UnsafePointer<Element>?
  private typealias Target<Element> = UnsafeMutablePointer<Element>?

  private func run<Element>(
    _ x: UnsafeMutablePointer<Element>, _ d: UnsafeMutablePointer<Element>?,
    _ target: UnsafeMutablePointer<Element>,
    _ forward: (Values<Element>, Target<Element>, Int64, UnsafePointer<ck_curve>?) -> Void,
    _ backward: (Values<Element>, Values<Element>, Target<Element>, Int64, UnsafePointer<ck_curve>?) -> Void
  ) {
    var curve = curve
    let count = Int64(source.storedCount)
    if let d { backward(x, d, target, count, &curve) } else { forward(x, target, count, &curve) }
  }
}
