import CKernels
import GraphIR
import OneDNN

/// From an integer layer's sums to its output: what the kernels take, with the memory that it points to.
final class SumRequantization {
  let kernel: ck_requantization
  private let scales: Vector<Float>
  private let biases: Vector<Int32>

  /// `channels` counts those that are stored, with padding; `products` are those that a sum adds, 0 where it is none of
  /// codes and weights.
  ///
  /// Without `output` the result is float, in units of 1.
  init(
    scales: [Float], biases: [Int64], channels: Int, products: Int = 0, residualScale: Float = 0,
    activation: Rectifier?, output: QuantizationParameters?
  ) {
    let largest = biases.reduce(0) { max($0, $1.magnitude) }
    let isNarrow = products > 0 && largest + UInt64(products) * 255 * 128 < UInt64(Int32.max)
    let scales = Vector(scales, padding: channels)
    let biases = Vector(biases.map { Int32(clamping: $0) }, padding: channels)
    let bounds = activation?.bounds(in: output) ?? (-.infinity, .infinity)
    kernel = ck_requantization(
      scale: UnsafePointer(scales.pointer), bias: UnsafePointer(biases.pointer), is_narrow: isNarrow ? 1 : 0,
      residual_scale: residualScale,
      low: bounds.0, high: bounds.1, zero_point: output?.zeroPoint ?? 0,
      minimum: Int32(output?.grid.minimum ?? 0), maximum: Int32(output?.grid.maximum ?? 0))
    (self.scales, self.biases) = (scales, biases)
  }
}

extension Rectifier {
  /// Least and greatest value that it lets through, in steps above the zero point where the output lies on a grid.
  func bounds(in output: QuantizationParameters?) -> (low: Float, high: Float) {
    (0, ceiling * (1 / (output?.scale ?? 1)))
  }
}

extension Vector {
  /// The values, then as many zeros as fill the rest.
  convenience init(_ values: [Element], padding count: Int) where Element: ExpressibleByIntegerLiteral {
    self.init(max(count, values.count), repeating: 0)
    for (index, value) in values.enumerated() { self[index] = value }
  }
}

/// Sums of one or two products of codes and weights to codes, or to floats.
final class RequantizeSumsStep: Step {
  let label: String
  let kind = StepKind.quantization
  private let sums, more: BufferID
  private let hasMore: Bool
  private let residual: BufferID?
  private let target: ActivationTensor
  private let requantization: SumRequantization
  private var pointers: (sums: UnsafePointer<Int32>, more: UnsafePointer<Int32>)?
  private var residualPointer: UnsafePointer<UInt8>?
  private var targetPointer: UnsafeMutableRawPointer?

  init(
    _ label: String, sums: BufferID, more: BufferID?, residual: BufferID?, to target: ActivationTensor,
    _ requantization: SumRequantization
  ) {
    self.label = label
    self.sums = sums
    self.more = more ?? sums
    hasMore = more != nil
    self.residual = residual
    self.target = target
    self.requantization = requantization
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      UnsafePointer(memory.address(.buffer(sums)).assumingMemoryBound(to: Int32.self)),
      UnsafePointer(memory.address(.buffer(more)).assumingMemoryBound(to: Int32.self))
    )
    residualPointer = residual.map {
      UnsafePointer(memory.address(.buffer($0)).assumingMemoryBound(to: UInt8.self))
    }
    targetPointer = memory.address(.buffer(target.buffer))
  }

  func run() {
    guard let pointers, let targetPointer else { return }
    var kernel = requantization.kernel
    let isCodes = target.type == .uint8
    ck_requantize_sums(
      pointers.sums, hasMore ? pointers.more : nil, residualPointer, target.kernelShape, &kernel,
      isCodes ? targetPointer.assumingMemoryBound(to: UInt8.self) : nil,
      isCodes ? nil : targetPointer.assumingMemoryBound(to: Float.self))
  }
}

/// Each channel's codes times its weight, to codes of another grid.
final class ScaleCodesStep: Step {
  let label: String
  let kind = StepKind.normalization
  private let source: ActivationTensor
  private let target: BufferID
  private let weights: Vector<Int32>
  private let zeroPoint: Int32
  private let requantization: SumRequantization
  private var pointers: (source: UnsafePointer<UInt8>, target: UnsafeMutablePointer<UInt8>)?

  init(
    _ label: String, from source: ActivationTensor, to target: BufferID, weights: [Int8], zeroPoint: Int32,
    _ requantization: SumRequantization
  ) {
    self.label = label
    self.source = source
    self.target = target
    self.weights = Vector(weights.map(Int32.init), padding: source.paddedChannels)
    self.zeroPoint = zeroPoint
    self.requantization = requantization
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      UnsafePointer(memory.address(.buffer(source.buffer)).assumingMemoryBound(to: UInt8.self)),
      memory.address(.buffer(target)).assumingMemoryBound(to: UInt8.self)
    )
  }

  func run() {
    guard let pointers else { return }
    var kernel = requantization.kernel
    ck_scale_codes(
      pointers.source, source.kernelShape, weights.pointer, zeroPoint, &kernel, pointers.target)
  }
}
