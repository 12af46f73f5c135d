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
    let crop = KernelCrop(convolution, input: source.shape, output: node.shape)
    let effective = crop?.convolution ?? convolution
    let sizes = ConvolutionSizes(effective, batch: batch, input: source.shape, output: node.shape)
    var types = epilogue
    (types.source, types.weights, types.destination) = (.bfloat16, .bfloat16, .bfloat16)
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
