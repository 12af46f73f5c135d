import CKernels
import GraphIR
import OneDNN

/// Rounds folded weights to codes, in the order in which the images' gradient is found with them.
final class PackCodeKernels: Step {
  let label: String
  let kind = StepKind.weightQuantization
  private let algorithm: CodeGradients
  private let quantizer: WeightQuantizer
  private let tile: ck_weight_tile
  private let target: BufferID
  private var pointers: (weights: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<UInt16>)?

  init(_ algorithm: CodeGradients, _ quantizer: WeightQuantizer, _ tile: WeightTile, target: BufferID) {
    label = quantizer.label + " pack backward codes"
    self.algorithm = algorithm
    self.quantizer = quantizer
    self.tile = ck_weight_tile(tile)
    self.target = target
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      memory.floats(.parameter(quantizer.weight)),
      memory.address(.buffer(target)).assumingMemoryBound(to: UInt16.self)
    )
  }

  func run() {
    guard let pointers else { return }
    withUnsafePointer(to: algorithm.shape) { shape in
      withUnsafePointer(to: tile) { tile in
        withUnsafePointer(to: quantizer.kernelGrid) { grid in
          ck_code_kernels(pointers.weights, tile, grid, pointers.target, shape)
        }
      }
    }
  }
}

/// Gradients of a convolution's weights and of the images that it read as codes.
final class FindCodeGradients: Step {
  /// Where the gradients go; nil where nobody asks for one.
  struct Targets {
    var weights: ParameterID?
    var bias: ParameterID?
    var images: BufferID?
  }

  let label: String
  let kind = StepKind.convolution
  var implementation: String? { "own amx_bf16" }
  private let algorithm: CodeGradients
  private let quantizer: WeightQuantizer
  private let observer: ActivationObserver
  private let operands: (codes: BufferID, gradient: ActivationTensor, kernels: BufferID?, scratch: BufferID)
  private let targets: Targets
  private var raw: ck_code_gradients
  private var bias: UnsafeMutablePointer<Float>?
  private let sums: ChannelSums?

  init(
    _ label: String, _ algorithm: CodeGradients, _ quantizer: WeightQuantizer, _ tile: WeightTile,
    of source: CodedSource, gradient: ActivationTensor, kernels: BufferID?, to targets: Targets,
    scratch: BufferID
  ) {
    self.label = label
    self.algorithm = algorithm
    self.quantizer = quantizer
    observer = source.observer
    operands = (source.buffer, gradient, kernels, scratch)
    self.targets = targets
    raw = ck_code_gradients()
    raw.tile = ck_weight_tile(tile)
    raw.weight_scale = UnsafePointer(quantizer.scales.pointer)
    raw.table = UnsafePointer(algorithm.table.pointer)
    sums = targets.bias.map { _ in ChannelSums(gradient) }
  }

  func bind(_ memory: PlanMemory) {
    raw.codes = UnsafePointer(memory.address(.buffer(operands.codes)).assumingMemoryBound(to: UInt8.self))
    raw.gradient = UnsafePointer(memory.floats(.buffer(operands.gradient.buffer)))
    raw.kernels = operands.kernels.map {
      UnsafePointer(memory.address(.buffer($0)).assumingMemoryBound(to: UInt16.self))
    }
    raw.weights = targets.weights.map { memory.floats(.gradient($0)) }
    raw.images = targets.images.map { memory.floats(.buffer($0)) }
    raw.scratch = memory.address(.buffer(operands.scratch))
    bias = targets.bias.map { memory.floats(.gradient($0)) }
  }

  func run() {
    guard raw.scratch != nil else { return }
    (raw.scale, raw.zero_point) = (observer.parameters.scale, observer.parameters.zeroPoint)
    withUnsafePointer(to: algorithm.shape) { ck_find_code_gradients(&raw, $0) }
    if let bias, let sums { sums.add(raw.gradient, into: bias) }
  }
}

/// Sums of a tensor over batch and plane, a channel.
private final class ChannelSums {
  private let shape: ck_shape
  private let channels: Int
  private let scratch: Vector<Double>
  private let sums: Vector<Double>
  private let extremes: Vector<Float>

  init(_ tensor: ActivationTensor) {
    shape = tensor.kernelShape
    channels = tensor.paddedChannels
    scratch = Vector(Int(ck_scratch_count(shape)), repeating: 0)
    sums = Vector(2 * channels, repeating: 0)
    extremes = Vector(2 * channels, repeating: 0)
  }

  func add(_ values: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    ck_channel_statistics(
      values, shape, scratch.pointer, sums.pointer, sums.pointer + channels, extremes.pointer,
      extremes.pointer + channels)
    for channel in 0..<channels { target[channel] = Float(sums[channel]) }
  }
}
