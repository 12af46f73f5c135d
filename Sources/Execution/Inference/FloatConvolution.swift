import GraphIR
import OneDNN
import Quantization

/// The code that computes a float convolution, with weights and bias as it takes them.
struct FloatConvolution {
  var primitive: Primitive
  /// Layouts of the images that it reads and writes.
  var source, destination: TensorLayout?
  var weights: Operand
  var bias: Operand?
  /// What computes it in the primitive's place, where it is faster.
  var own: OwnConvolution?
}

/// A float convolution in the program's own kernels.
enum OwnConvolution {
  case winograd(WinogradTiles)
  case dense(DenseSizes)
}

extension InferencePlanner {
  /// A dense layer where the planes are tiny, else the convolution without the taps that meet only padding.
  mutating func floatConvolution(
    _ convolution: Convolution, _ node: Graph.Node, _ source: ActivationTensor, _ epilogue: LayerEpilogue
  ) throws -> FloatConvolution {
    let crop = KernelCrop(convolution, input: source.shape, output: node.shape)
    let effective = crop?.convolution ?? convolution
    var sizes = ConvolutionSizes(effective, batch: batch, input: source.shape, output: node.shape)
    sizes.usesWinograd = savesArithmetic && sizes.suitsWinograd
    let primitive = try inferenceConvolution(sizes, epilogue, source)
    let destination = primitive.layout(.destination)
    let weights = try take(node.name + ".weight")
    let bias = convolution.hasBias ? try take(node.name + ".bias") : nil
    if savesArithmetic, let destination,
      let product = PlaneProduct(convolution, input: source.shape, output: node.shape),
      let block = productBlock(source, destination, node.shape)
    {
      let inputs = source.shape.channels
      let sizes = DenseSizes(
        batch: batch, inputs: inputs * product.inputPixels, outputs: destination.byteCount / 4 / batch)
      return FloatConvolution(
        primitive: primitive, source: source.layout, destination: destination,
        weights: try vector(
          DenseStep.panels(product.expanded(weights, inputs: inputs, block: block), inputs: sizes.inputs)),
        bias: try bias.map { try vector(product.expanded(bias: $0, block: block)) }, own: .dense(sizes))
    }
    if savesArithmetic, crop == nil,
      let winograd = try winogradConvolution(convolution, node, source, direct: primitive, weights: weights)
    {
      return FloatConvolution(
        primitive: primitive, source: primitive.layout(.source), destination: destination,
        weights: winograd.kernels, bias: try bias.map { try vector($0) }, own: .winograd(winograd.tiles))
    }
    let plain = try TensorLayout.plain(effective.weightDimensions)
    return FloatConvolution(
      primitive: primitive, source: primitive.layout(.source), destination: destination,
      weights: try constant(
        crop?.cropped(weights, kernel: convolution.kernel) ?? weights, plain,
        as: primitive.layout(.weights) ?? plain),
      bias: try bias.map { try vector($0) })
  }

  /// Whether larger weights that need less arithmetic pay off.
  ///
  /// They don't for a few images, whose time goes into reading weights. Rounding to a grid makes steps of
  /// small differences, so what is compared with integers is computed directly.
  var savesArithmetic: Bool { [.float, .dynamic].contains(model.kind) && batch >= 4 }

  /// The blocks that both sides of a plane product lie in.
  private func productBlock(_ source: ActivationTensor, _ destination: TensorLayout, _ shape: Shape) -> Int? {
    let made = ActivationTensor(buffer: source.buffer, layout: destination, shape: shape, batch: batch)
    return [16, 8].first { source.holds(blocksOf: $0) && made.holds(blocksOf: $0) }
  }

  mutating func vector(_ values: [Float]) throws -> Operand {
    let layout = try TensorLayout.plain([values.count])
    return try constant(values, layout, as: layout)
  }
}
