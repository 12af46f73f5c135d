import CKernels
import GraphIR
import OneDNN
import Quantization

/// Averages of whole numbers, rounded once: of an integer model's codes, or of a fake-quantized model's floats, which
/// are codes times a scale.
///
/// Sums of codes are often half way between two: only where both models add whole numbers do they round alike.
final class AverageStep: Step {
  let label: String
  let kind = StepKind.pooling
  private let source, target: ActivationTensor
  private let pooling: IntegerPooling
  private let window: ck_window
  private let requantization: SumRequantization
  private var pointers: (source: UnsafeMutableRawPointer, target: UnsafeMutableRawPointer)?

  init(
    _ label: String, from source: ActivationTensor, to target: ActivationTensor, _ pooling: IntegerPooling
  ) {
    self.label = label
    self.source = source
    self.target = target
    self.pooling = pooling
    let shape = source.kernelShape
    let global = pooling.pooling.global
    window = ck_window(
      batch: shape.batch, blocks: shape.blocks, block: shape.block, in_height: Int64(source.shape.height),
      in_width: Int64(source.shape.width), out_height: Int64(target.shape.height),
      out_width: Int64(target.shape.width),
      kernel_height: Int64(global ? source.shape.height : pooling.pooling.kernel),
      kernel_width: Int64(global ? source.shape.width : pooling.pooling.kernel),
      stride: Int64(pooling.pooling.stride), padding: Int64(pooling.pooling.padding))
    // On one grid the factor is 1, so that half a step stays half a step.
    let factor = pooling.input.scale == pooling.output.scale ? 1 : pooling.input.scale / pooling.output.scale
    requantization = SumRequantization(
      scales: [factor], biases: [], channels: 1, activation: pooling.activation, output: pooling.output)
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.address(.buffer(source.buffer)), memory.address(.buffer(target.buffer)))
  }

  func run() {
    guard let pointers else { return }
    var (kernel, window) = (requantization.kernel, window)
    if source.type == .uint8 {
      ck_average_codes(
        pointers.source.assumingMemoryBound(to: UInt8.self),
        pointers.target.assumingMemoryBound(to: UInt8.self), &window, pooling.input.zeroPoint, &kernel)
    } else {
      ck_average_on_grid(
        pointers.source.assumingMemoryBound(to: Float.self),
        pointers.target.assumingMemoryBound(to: Float.self), &window, pooling.input.scale,
        pooling.output.scale, &kernel)
    }
  }
}

extension InferencePlanner {
  /// An average of codes.
  mutating func planAverage(_ pooling: IntegerPooling, _ node: Graph.Node, id: Graph.NodeID) throws {
    tensors[id] = try average(pooling, node)
  }

  /// An average whose input lies on a grid and whose output is rounded to one; nil for any other pooling.
  func averageOnGrid(_ pooling: Pooling, _ group: LayerGroup) throws -> IntegerPooling? {
    guard pooling.kind == .average, let source = graph.nodes[group.head].inputs.first,
      let input = graph.grid(of: source), let output = group.fakeQuantize.flatMap(graph.grid(of:))
    else { return nil }
    return IntegerPooling(
      pooling: pooling, input: try model.quantizationParameters(input),
      output: try model.quantizationParameters(output), activation: graph.rectifier(of: group))
  }

  mutating func average(_ pooling: IntegerPooling, _ node: Graph.Node) throws -> ActivationTensor {
    var source = try source(node).asImages
    if source.layout.channelBlock != source.shape.channels {
      source = try rowMajor(source, label: node.name)
    }
    // Over one pixel, row-major is channels-last too.
    let isChannelsLast = Int(source.kernelShape.block) == source.shape.channels
    let dimensions = node.shape.dimensions(batch: batch)
    let out = newTensor(
      isChannelsLast
        ? try TensorLayout.channelsLast(dimensions, source.type)
        : try TensorLayout.plain(dimensions, source.type), node.shape, source.type)
    append(AverageStep(node.name, from: source, to: out, pooling), [source.buffer, out.buffer])
    return out
  }
}
