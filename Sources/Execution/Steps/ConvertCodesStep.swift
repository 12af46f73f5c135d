import CKernels
import GraphIR
import OneDNN

/// Between activations in blocks of sixteen channels, each on an observer's grid, and their codes with channels innermost.
final class ConvertCodes: Step {
  enum Direction { case encodes, widens }

  let label: String
  let kind = StepKind.quantization
  private let direction: Direction
  private let floats: ActivationTensor
  private let codes: BufferID
  private let observer: ActivationObserver
  private var pointers: (floats: UnsafeMutablePointer<Float>, codes: UnsafeMutablePointer<UInt8>)?

  init(
    _ label: String, _ direction: Direction, floats: ActivationTensor, codes: BufferID,
    _ observer: ActivationObserver
  ) {
    self.label = label
    self.direction = direction
    self.floats = floats
    self.codes = codes
    self.observer = observer
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      memory.floats(.buffer(floats.buffer)),
      memory.address(.buffer(codes)).assumingMemoryBound(to: UInt8.self)
    )
  }

  func run() {
    guard let pointers else { return }
    let channels = Int64(floats.shape.channels)
    switch direction {
    case .encodes:
      var kernel = ck_epilogue(
        a: nil, b: nil, has_activation: 0, ceiling: .infinity, quantizes: 1, trains_range: 0,
        grid: observer.kernelGrid, codes: pointers.codes, code_channels: channels)
      ck_epilogue_forward(pointers.floats, nil, nil, floats.kernelShape, &kernel, nil, nil)
    case .widens:
      ck_widen_codes(pointers.codes, pointers.floats, floats.kernelShape, channels, observer.kernelGrid)
    }
  }
}
