import CKernels
import GraphIR
import OneDNN

/// Gradient of the weights of a convolution on each channel alone, for small planes that oneDNN has no fast code for.
final class DepthwiseGradientStep: Step {
  let label: String
  let kind = StepKind.convolution
  private let source: BufferID
  private let gradient: BufferID
  private let weights: ParameterID
  private var shape: ck_depthwise
  private var pointers:
    (
      source: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>,
      weights: UnsafeMutablePointer<Float>
    )?

  init(_ label: String, source: BufferID, gradient: BufferID, weights: ParameterID, shape: ck_depthwise) {
    self.label = label
    self.source = source
    self.gradient = gradient
    self.weights = weights
    self.shape = shape
  }

  func bind(_ memory: PlanMemory) {
    pointers = (
      memory.floats(.buffer(source)), memory.floats(.buffer(gradient)), memory.floats(.gradient(weights))
    )
  }

  func run() {
    guard let pointers else { return }
    ck_depthwise_weight_gradient(pointers.source, pointers.gradient, pointers.weights, &shape)
  }
}

extension ck_depthwise {
  /// Largest kernel that the code has accumulators for.
  private static let mostKernel = 7

  /// Nil where the layer is no convolution on single channels, or lies in an order that the kernel can't walk.
  init?(
    _ convolution: Convolution, source: ActivationTensor, destination: ActivationTensor, weights: TensorLayout
  ) {
    guard convolution.groups == convolution.inputs, convolution.outputs == convolution.inputs,
      convolution.kernel <= Self.mostKernel, !convolution.hasBias,
      let width = [16, 8].first(where: { source.holds(blocksOf: $0) && destination.holds(blocksOf: $0) }),
      let block = weights.outputBlock(grouped: true),
      weights.byteCount == 4 * convolution.outputs * convolution.kernel * convolution.kernel
    else { return nil }
    self.init(
      batch: Int64(source.batch), block: Int64(width), blocks: Int64(convolution.inputs / width),
      in_height: Int64(source.shape.height), in_width: Int64(source.shape.width),
      out_height: Int64(destination.shape.height), out_width: Int64(destination.shape.width),
      kernel: Int64(convolution.kernel), stride: Int64(convolution.stride),
      padding: Int64(convolution.padding), weight_block: Int64(block))
  }
}
