import CKernels
import OneDNN

/// Sums of a convolution, or of a dense layer as one of a single pixel, over codes with channels innermost.
final class ByteConvolutionStep: Step {
  let label: String
  let kind: StepKind
  var implementation: String? { convolution.isWinograd ? "own winograd u8s8" : "own u8s8" }
  private let convolution: ByteConvolution
  private let source: BufferID
  /// Packed; they outlive the step.
  private let weights: UnsafeMutableRawPointer
  private let sums: BufferID
  private let scratch: BufferID
  private var pointers:
    (source: UnsafePointer<UInt8>, sums: UnsafeMutablePointer<Int32>, scratch: UnsafeMutableRawPointer)?

  init(
    _ label: String, _ kind: StepKind, _ convolution: ByteConvolution, from source: BufferID,
    weights: UnsafeMutableRawPointer,
    to sums: BufferID, scratch: BufferID
  ) {
    self.label = label
    self.kind = kind
    self.convolution = convolution
    self.source = source
    self.weights = weights
    self.sums = sums
    self.scratch = scratch
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      UnsafePointer(memory.address(.buffer(source)).assumingMemoryBound(to: UInt8.self)),
      memory.address(.buffer(sums)).assumingMemoryBound(to: Int32.self), memory.address(.buffer(scratch))
    )
  }

  func run() {
    guard let pointers else { return }
    let weights = weights.assumingMemoryBound(to: Int16.self)
    withUnsafePointer(to: convolution.shape) { shape in
      if convolution.isWinograd {
        ck_byte_winograd(pointers.source, weights, pointers.sums, pointers.scratch, shape)
      } else {
        ck_byte_convolve(
          pointers.source, weights, pointers.sums, pointers.scratch.assumingMemoryBound(to: Int16.self), shape
        )
      }
    }
  }
}
