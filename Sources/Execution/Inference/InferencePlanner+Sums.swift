import GraphIR
import OneDNN
import Quantization

/// Integer layers on processors that add two byte products in 16 bits: where their sum can exceed them, the program's own
/// kernels multiply in 16 bits; what those don't serve is computed twice, each weight being the sum of two of half its
/// size, whose products fit.
extension InferencePlanner {
  /// A layer without what follows its sums, and its input.
  enum BareLayer {
    /// The zero point is that of the padding.
    case convolution(ConvolutionSizes, ActivationTensor, zeroPoint: Int32)
    case dense(DenseSizes, ActivationTensor)
  }

  /// Whether two products of these weights and of codes on the grid can leave 16 bits where the processor has no more.
  func saturates(_ weights: [Int8], codesUpTo largestCode: Int) -> Bool {
    guard !addsByteProductsExactly else { return false }
    let largest = weights.reduce(0) { max($0, abs(Int($1))) }
    return 2 * largest * largestCode > Int(Int16.max)
  }

  /// The 32-bit sums of a layer, exact whatever its codes: in one tensor, or in two to be added.
  mutating func wideSums(
    _ layer: BareLayer, _ weights: [Int8], _ plain: TensorLayout, _ node: Graph.Node
  ) throws -> [ActivationTensor] {
    let dimensions = node.shape.dimensions(batch: batch)
    switch layer {
    case .convolution(let sizes, let source, let zeroPoint):
      guard let convolution = ByteConvolution(sizes, zeroPoint: zeroPoint) else { break }
      let lastly = try TensorLayout.channelsLast(source.shape.dimensions(batch: batch), .uint8)
      let read = try adapted(source, to: lastly, label: node.name + " input")
      let out = newTensor(try .channelsLast(dimensions, .int32), node.shape, .int32)
      return [byteSums(convolution, .convolution, read, weights, node, to: out)]
    case .dense(let sizes, let source):
      let pixel = Plane(height: 1, width: 1)
      let asConvolution = ConvolutionSizes(
        batch: batch, inputs: sizes.inputs, outputs: sizes.outputs, inputPlane: pixel, outputPlane: pixel,
        window: Window(kernel: pixel, stride: 1, padding: 0), groups: 1)
      guard let convolution = ByteConvolution(asConvolution, zeroPoint: 0) else { break }
      let out = newTensor(try .plain([batch, sizes.outputs], .int32), node.shape, .int32)
      return [byteSums(convolution, .dense, source, weights, node, to: out)]
    }
    return try planSums(layer, weights, plain, node, split: true)
  }

  private mutating func byteSums(
    _ convolution: ByteConvolution, _ kind: StepKind, _ source: ActivationTensor, _ weights: [Int8],
    _ node: Graph.Node, to out: ActivationTensor
  ) -> ActivationTensor {
    let scratch = memory.reserve(convolution.scratchBytes)
    let packed = convolution.packed(weights)
    constants.append(packed)
    append(
      ByteConvolutionStep(
        node.name, kind, convolution, from: source.buffer, weights: packed.base, to: out.buffer,
        scratch: scratch),
      [source.buffer, out.buffer, scratch])
    return out
  }

  /// The 32-bit sums of a layer over its weights, or over each half of them, in one layout.
  mutating func planSums(
    _ layer: BareLayer, _ weights: [Int8], _ plain: TensorLayout, _ node: Graph.Node, split: Bool
  ) throws -> [ActivationTensor] {
    var parts = [weights]
    if split {
      let halves = weights.map { $0 >> 1 }
      parts = [halves, zip(weights, halves).map { $0 - $1 }]
    }
    var sums: [ActivationTensor] = []
    for part in parts {
      let (primitive, kind, source) = try bare(layer)
      let read = try adapted(source, to: primitive.layout(.source), label: node.name + " input")
      let out = newTensor(
        try primitive.layout(.destination)
          ?? TensorLayout.plain(node.shape.dimensions(batch: batch), .int32),
        node.shape, .int32)
      append(
        PrimitiveStep(
          node.name + (split ? " half" : ""), kind, primitive,
          [
            (.source, .buffer(read.buffer)),
            (.weights, try constant(part, plain, as: primitive.layout(.weights) ?? plain)),
            (.destination, .buffer(out.buffer)),
          ]),
        [read.buffer, out.buffer])
      sums.append(out)
    }
    return sums
  }

  private func bare(_ layer: BareLayer) throws -> (Primitive, StepKind, ActivationTensor) {
    var epilogue = LayerEpilogue()
    (epilogue.source, epilogue.weights, epilogue.destination) = (.uint8, .int8, .int32)
    switch layer {
    case .convolution(let sizes, let source, let zeroPoint):
      epilogue.sourceZeroPoint = zeroPoint
      return (try inferenceConvolution(sizes, epilogue, source), .convolution, source)
    case .dense(let sizes, let source):
      let layouts = LayerLayouts(
        source: source.layout, destination: try TensorLayout.plain([batch, sizes.outputs], .int32))
      return (try Primitive.dense(.forwardInference, sizes, epilogue, layouts), .dense, source)
    }
  }

  mutating func planOutput(
    of sums: [ActivationTensor], _ biases: [Int64], _ weights: IntegerWeights, _ integer: IntegerConvolution,
    _ node: Graph.Node, id: Graph.NodeID, residual: ActivationTensor?
  ) throws {
    let dimensions = node.shape.dimensions(batch: batch)
    let isChannelsLast = sums[0].layout.channelBlock == node.shape.channels
    let layout =
      isChannelsLast
      ? try TensorLayout.channelsLast(dimensions, .uint8) : try TensorLayout.plain(dimensions, .uint8)
    let read = try isChannelsLast ? sums : sums.map { try rowMajor($0, label: node.name + " sums") }
    let out = newTensor(layout, node.shape, .uint8)
    let summand = try residual.map { try adapted($0, to: layout, label: node.name + " residual") }
    let requantization = SumRequantization(
      scales: weights.multipliers(output: integer.output), biases: biases, channels: node.shape.channels,
      products: integer.convolution.weightShape.dropFirst().reduce(1, *),
      residualScale: integer.residual.map { $0.scale / integer.output.scale } ?? 0,
      activation: integer.activation, output: integer.output)
    appendOutput(of: read, requantization, residual: summand, node, id: id, to: out)
  }

  mutating func appendOutput(
    of sums: [ActivationTensor], _ requantization: SumRequantization, residual: ActivationTensor?,
    _ node: Graph.Node, id: Graph.NodeID, to out: ActivationTensor
  ) {
    let step = RequantizeSumsStep(
      node.name + " requantize", sums: sums[0].buffer, more: sums.dropFirst().first?.buffer,
      residual: residual?.buffer,
      to: out,
      requantization)
    append(step, sums.map(\.buffer) + [out.buffer] + [residual?.buffer].compactMap { $0 })
    tensors[id] = out
  }
}
