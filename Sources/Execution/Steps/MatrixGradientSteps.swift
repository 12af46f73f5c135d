import CKernels
import GraphIR
import OneDNN

/// Gradients of a convolution's weights and of its images.
final class FindMatrixGradients: Step {
  /// What the layer read.
  enum Source {
    case codes(BufferID, ActivationObserver)
    case halves(ActivationTensor)

    var buffer: BufferID {
      switch self {
      case .codes(let buffer, _): buffer
      case .halves(let tensor): tensor.buffer
      }
    }
  }

  /// Where the gradients go; nil where nobody asks for one.
  struct Targets {
    var weights: ParameterID?
    var bias: ParameterID?
    var images: BufferID?
  }

  let label: String
  let kind = StepKind.convolution
  var implementation: String? { "own amx_bf16" }
  private let algorithm: MatrixGradients
  private let source: Source
  private let quantizer: WeightQuantizer?
  private let operands: (gradient: ActivationTensor, kernels: BufferID?, scratch: BufferID)
  private let targets: Targets
  private var raw: ck_matrix_gradients
  private var bias: UnsafeMutablePointer<Float>?
  private let sums: ChannelSums?

  init(
    _ label: String, _ matrix: PlannedMatrixGradients, _ quantizer: WeightQuantizer?,
    gradient: ActivationTensor, kernels: BufferID?, to targets: Targets, scratch: BufferID
  ) {
    self.label = label
    algorithm = matrix.algorithm
    source = matrix.source
    self.quantizer = quantizer
    operands = (gradient, kernels, scratch)
    self.targets = targets
    raw = ck_matrix_gradients()
    raw.halves = matrix.algorithm.halves ? 1 : 0
    raw.scale = 1
    raw.tile = ck_weight_tile(matrix.tile)
    // In floats the kernels are codes, whose scales the gradient carries.
    if !matrix.algorithm.halves { raw.weight_scale = quantizer.map { UnsafePointer($0.scales.pointer) } }
    raw.table = UnsafePointer(matrix.algorithm.table.pointer)
    (raw.source_strides, raw.image_strides) = (matrix.sourceStrides, matrix.imageStrides)
    raw.gradient_strides = matrix.gradientStrides
    if case .codes = source { raw.reads_codes = 1 }
    sums = targets.bias.map { _ in ChannelSums(gradient) }
  }

  func bind(_ memory: PlanMemory) {
    raw.source = UnsafeRawPointer(memory.address(.buffer(source.buffer)))
    raw.gradient = UnsafeRawPointer(memory.address(.buffer(operands.gradient.buffer)))
    raw.kernels = operands.kernels.map {
      UnsafePointer(memory.address(.buffer($0)).assumingMemoryBound(to: UInt16.self))
    }
    raw.weights = targets.weights.map { memory.floats(.gradient($0)) }
    raw.images = targets.images.map { memory.address(.buffer($0)) }
    raw.scratch = memory.address(.buffer(operands.scratch))
    bias = targets.bias.map { memory.floats(.gradient($0)) }
  }

  func run() {
    guard raw.scratch != nil else { return }
    if case .codes(_, let observer) = source {
      (raw.scale, raw.zero_point) = (observer.parameters.scale, observer.parameters.zeroPoint)
    }
    withUnsafePointer(to: algorithm.shape) { ck_find_matrix_gradients(&raw, $0) }
    if let bias, let sums, let gradient = raw.gradient { sums.add(gradient, into: bias) }
  }
}

/// Sums of a tensor over batch and plane, a channel.
private final class ChannelSums {
  private let shape: ck_shape
  private let isHalf: Bool
  private let channels: Int
  private let scratch: Vector<Double>
  private let sums: Vector<Double>
  private let extremes: Vector<Float>

  init(_ tensor: ActivationTensor) {
    shape = tensor.kernelShape
    isHalf = tensor.type == .bfloat16
    channels = tensor.paddedChannels
    scratch = Vector(Int(ck_scratch_count(shape)), repeating: 0)
    sums = Vector(2 * channels, repeating: 0)
    extremes = Vector(2 * channels, repeating: 0)
  }

  func add(_ values: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>) {
    let (squares, most) = (sums.pointer + channels, extremes.pointer + channels)
    if isHalf {
      ck_channel_statistics_bf16(
        values.assumingMemoryBound(to: UInt16.self), shape, scratch.pointer, sums.pointer, squares,
        extremes.pointer, most)
    } else {
      ck_channel_statistics(
        values.assumingMemoryBound(to: Float.self), shape, scratch.pointer, sums.pointer, squares,
        extremes.pointer, most)
    }
    for channel in 0..<channels { target[channel] = Float(sums[channel]) }
  }
}
