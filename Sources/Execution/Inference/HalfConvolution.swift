import GraphIR
import OneDNN

/// Forward passes in bfloat16: convolutions multiply it and add in floats, and what lies between them is rounded to it;
/// whatever else a network computes is widened to floats first.
extension InferencePlanner {
  /// The convolution in bfloat16; nil where that was not asked for or oneDNN has no fast code for it.
  mutating func halfConvolution(
    _ convolution: Convolution, _ node: Graph.Node, _ source: ActivationTensor, _ epilogue: LayerEpilogue
  ) throws -> FloatConvolution? {
    guard precision == .bfloat16 else { return nil }
    var types = epilogue
    (types.source, types.weights, types.destination) = (.bfloat16, .bfloat16, .bfloat16)
    if let product = try halfProduct(convolution, node, source, types) { return product }
    let crop = KernelCrop(convolution, input: source.shape, output: node.shape)
    let effective = crop?.convolution ?? convolution
    let sizes = ConvolutionSizes(effective, batch: batch, input: source.shape, output: node.shape)
    // What oneDNN refuses stays in floats.
    guard let primitive = try? inferenceConvolution(sizes, types, source), !primitive.isReference,
      let wanted = primitive.layout(.weights)
    else { return nil }
    let weights = try take(node.name + ".weight")
    return FloatConvolution(
      primitive: primitive, source: primitive.layout(.source), destination: primitive.layout(.destination),
      weights: try constant(
        crop?.cropped(weights, kernel: convolution.kernel) ?? weights,
        TensorLayout.plain(effective.weightDimensions), as: wanted),
      bias: try convolution.hasBias ? vector(take(node.name + ".bias")) : nil)
  }

  /// The convolution as a dense layer over (pixel, channel), where its planes are that small.
  private mutating func halfProduct(
    _ convolution: Convolution, _ node: Graph.Node, _ source: ActivationTensor, _ types: LayerEpilogue
  ) throws -> FloatConvolution? {
    guard savesArithmetic,
      let product = PlaneProduct(convolution, input: source.shape, output: node.shape)
    else { return nil }
    let sizes = DenseSizes(batch: batch, inputs: source.shape.count, outputs: node.shape.count)
    let layouts = LayerLayouts(
      source: try .plain([batch, sizes.inputs], .bfloat16),
      destination: try .plain([batch, sizes.outputs], .bfloat16))
    guard let primitive = try? Primitive.dense(.forwardInference, sizes, types, layouts),
      !primitive.isReference, let wanted = primitive.layout(.weights)
    else { return nil }
    let (inputs, outputs) = (convolution.inputs, convolution.outputs)
    let weights = product.expanded(
      try take(node.name + ".weight"), inputs: inputs, block: inputs, outputBlock: outputs)
    return FloatConvolution(
      primitive: primitive, source: try .channelsLast(source.shape.dimensions(batch: batch), .bfloat16),
      destination: try .channelsLast(node.shape.dimensions(batch: batch), .bfloat16),
      weights: try constant(weights, TensorLayout.plain([sizes.outputs, sizes.inputs]), as: wanted),
      bias: try convolution.hasBias
        ? vector(product.expanded(bias: take(node.name + ".bias"), block: outputs)) : nil)
  }

  /// The tensor as floats: a copy where it is bfloat16, in the same order or row-major.
  mutating func widened(_ tensor: ActivationTensor, label: String) throws -> ActivationTensor {
    guard tensor.type == .bfloat16 else { return tensor }
    let row = [batch, tensor.shape.count]
    if tensor.layout.isSame(as: try .plain(row, .bfloat16)) {
      return try adapted(tensor, to: .plain(row), label: label)
    }
    let dimensions = tensor.shape.dimensions(batch: batch)
    let layout: TensorLayout =
      switch tensor.layout.channelBlock {
      case tensor.shape.channels: try .channelsLast(dimensions, .float32)
      case 16: try .sixteens(dimensions)
      default: try .plain(dimensions)
      }
    return try adapted(tensor, to: layout, label: label)
  }
}
