import CKernels
import GraphIR
import OneDNN

/// What computes a convolution on small planes in its place, with weights made of the layer's own.
enum StandIn {
  case crop(PlannedCrop)
  case product(PlannedProduct)

  /// How the weights that stand in lie.
  var layout: TensorLayout {
    switch self {
    case .crop(let crop): crop.layout
    case .product(let product): product.layout
    }
  }

  /// Copies weights to those that stand in for them.
  func gather(_ label: String, from weights: Operand, to target: BufferID) -> any Step {
    switch self {
    case .crop(let crop):
      CropStep(label + " crop weights", .gather, weights: weights, crop: target, shape: crop.shape)
    case .product(let product):
      PlaneProductStep(label + " expand weights", .expand, weights: weights, dense: target, product)
    }
  }

  /// Brings the gradient back to the layer's own weights; taps that count nowhere keep the zero of fresh memory.
  func scatter(_ label: String, from gradient: BufferID, to weights: Operand) -> any Step {
    switch self {
    case .crop(let crop):
      CropStep(label + " scatter gradient", .scatter, weights: weights, crop: gradient, shape: crop.shape)
    case .product(let product):
      PlaneProductStep(label + " contract gradient", .contract, weights: weights, dense: gradient, product)
    }
  }
}

/// The smaller kernel that stands for a layer's weights, and how it lies.
struct PlannedCrop {
  var convolution: Convolution
  var shape: CropShape
  var layout: TensorLayout
}

extension TrainingPlanner {
  /// The convolution with the taps that never meet the image cut away, and the order that the layer's own weights are
  /// then kept in: `weights`, or tiles, whichever those that are left lie in.
  func croppedConvolution(
    _ convolution: Convolution, _ types: LayerEpilogue, _ source: ActivationTensor, _ node: Graph.Node,
    weights: TensorLayout
  ) throws -> (forward: Primitive, backward: Primitive, crop: PlannedCrop, weights: TensorLayout)? {
    guard let crop = KernelCrop(convolution, input: source.shape, output: node.shape) else { return nil }
    let sizes = ConvolutionSizes(crop.convolution, batch: batch, input: source.shape, output: node.shape)
    let forward = try convolutionForward(sizes, types, source)
    let backward = try convolutionBackwardWeights(crop.convolution, sizes, types, forward)
    guard let layout = backward.layout(.weightsGradient), let block = layout.tapBlock,
      let weights = try storedLayouts(convolution, weights).first(where: {
        $0.tapBlock == block && $0.outputBlock(grouped: false) == layout.outputBlock(grouped: false)
          && $0.outputBlock(grouped: false) != nil
      })
    else { return nil }
    let shape = CropShape(
      outer: weights.byteCount / 4 / (convolution.kernel * convolution.kernel * block),
      kernel: convolution.kernel, first: crop.first, extent: crop.convolution.kernel, block: block)
    let planned = PlannedCrop(convolution: crop.convolution, shape: shape, layout: layout)
    return (forward, backward, planned, weights)
  }

  /// Orders that a layer's weights may be kept in where something stands in for it: oneDNN's choice, or tiles.
  private func storedLayouts(_ convolution: Convolution, _ chosen: TensorLayout) throws -> [TensorLayout] {
    let (outputs, inputs) = (convolution.outputs, convolution.inputs)
    let sides = [16, 8].filter { outputs % $0 == 0 && inputs % $0 == 0 }
    return [chosen]
      + (try sides.map {
        try .tiles(outputs: outputs, inputs: inputs, kernel: convolution.kernel, side: $0)
      })
  }

  /// The convolution as a dense layer over (channel, pixel), where its planes are that small and lie in blocks.
  func planeProduct(
    _ convolution: Convolution, _ node: Graph.Node, _ source: ActivationTensor, destination: TensorLayout?,
    taps: TensorLayout
  ) throws
    -> (forward: Primitive, backward: Primitive, product: PlannedProduct, taps: TensorLayout)?
  {
    guard !convolution.hasBias, let destination,
      let product = PlaneProduct(convolution, input: source.shape, output: node.shape),
      source.type == destination.type
    else { return nil }
    let made = ActivationTensor(
      buffer: source.buffer, layout: destination, shape: node.shape, batch: batch, type: destination.type)
    let blocks = destination.type == .float32 ? [16, 8] : [16]
    guard let block = blocks.first(where: { source.holds(blocksOf: $0) && made.holds(blocksOf: $0) }) else {
      return nil
    }
    let sizes = DenseSizes(batch: batch, inputs: source.shape.count, outputs: node.shape.count)
    let types = LayerEpilogue(destination.type, hasBias: false)
    var layouts = try denseLayouts(sizes, destination.type)
    var forward = try Primitive.dense(.forwardTraining, sizes, types, layouts)
    if destination.type == .float32, forward.layout(.weights)?.weightTile == nil {
      layouts.weights = try TensorLayout.outputsLast(outputs: sizes.outputs, inputs: sizes.inputs)
      forward = try Primitive.dense(.forwardTraining, sizes, types, layouts)
      layouts.weights = nil
    }
    // Pairs of bf16 multiply; their gradient is floats, in an order that the pass that finds it chooses.
    let free = try Primitive.dense(
      .backwardWeights, sizes, types.forWeightsGradient, layouts, forward: forward)
    guard
      let weights =
        destination.type == .float32 ? forward.layout(.weights) : free.layout(.weightsGradient)
    else { return nil }
    let kept = try storedLayouts(convolution, taps).lazy.compactMap { taps in
      PlannedProduct(product, sizes, block: block, taps: taps, dense: weights).map { ($0, taps) }
    }.first
    guard let (planned, taps) = kept else { return nil }
    layouts.weights = weights
    let backward = try Primitive.dense(
      .backwardWeights, sizes, types.forWeightsGradient, layouts, forward: forward)
    return (forward, backward, planned, taps)
  }

  /// The pass of a plane product that finds the images' gradient.
  func planeProductBackward(_ product: PlannedProduct, _ element: ElementType, forward: Primitive) throws
    -> Primitive
  {
    var layouts = try denseLayouts(product.sizes, element)
    layouts.weights = forward.layout(.weights)
    return try Primitive.dense(
      .backwardData, product.sizes, LayerEpilogue(element, hasBias: false), layouts, forward: forward)
  }

  private func denseLayouts(_ sizes: DenseSizes, _ element: ElementType) throws -> LayerLayouts {
    LayerLayouts(
      source: try TensorLayout.plain([batch, sizes.inputs], element),
      destination: try TensorLayout.plain([batch, sizes.outputs], element))
  }

  /// Makes the weights that stand in from those that the forward pass would use.
  mutating func appendStandIn(_ standIn: StandIn, _ node: Graph.Node, to weights: inout PlannedWeights) {
    let gathered = memory.reserve(standIn.layout.byteCount)
    append(
      standIn.gather(node.name, from: weights.used, to: gathered), [gathered] + buffers(weights.used))
    weights.used = .buffer(gathered)
    weights.layout = standIn.layout
    weights.standIn = standIn
  }
}
