import CKernels
import GraphIR
import OneDNN

extension TrainingPlanner {
  mutating func planConvolution(
    _ convolution: Convolution, _ node: Graph.Node, _ source: ActivationTensor, _ group: LayerGroup
  ) throws -> PlannedGroup {
    let sizes = ConvolutionSizes(convolution, batch: batch, input: source.shape, output: node.shape)
    let types = LayerEpilogue(
      convolutionElement(sizes, hasBias: convolution.hasBias), hasBias: convolution.hasBias)
    var forward = try convolutionForward(sizes, types, source)
    if let planned = try planWinograd(convolution, node, source, group, direct: forward) { return planned }
    if let planned = try planMatrixConvolution(convolution, node, source, group, forward: forward) {
      return planned
    }
    var backward = try convolutionBackwardWeights(convolution, sizes, types, forward)
    if backward.isReference, let other = try channelsLast(convolution, sizes, types) {
      (forward, backward) = other
    }
    let plain = try TensorLayout.plain(convolution.weightDimensions)
    var layout = backward.layout(.weightsGradient) ?? plain
    var layouts = (source: forward.layout(.source), destination: forward.layout(.destination))
    var standIn: StandIn?
    if let dense = try planeProduct(convolution, node, source, destination: layouts.destination, taps: layout)
    {
      (forward, backward, standIn) = (dense.forward, dense.backward, .product(dense.product))
      (layouts.source, layout) = (source.layout, dense.taps)
    } else if let small = try croppedConvolution(convolution, types, source, node, weights: layout) {
      (forward, backward, standIn) = (small.forward, small.backward, .crop(small.crop))
      layout = small.weights
      layouts = (forward.layout(.source), forward.layout(.destination))
    }
    if standIn == nil, let wide = try wideWeightsGradient(convolution, sizes, forward),
      wide.weights.isSame(as: layout)
    {
      backward = wide.primitive
    }
    let read = try adapted(source, to: layouts.source, label: node.name + " input")
    let y = newTensor(layouts.destination ?? read.layout, node.shape)
    var weights = try planWeights(
      node, WeightForm(convolution), (layout, plain), group: group, channels: y.paddedChannels)
    appendRounding(of: &weights, node, standIn, isHalf: y.type == .bfloat16)
    try appendForward(node, .convolution, forward, read, &weights, y)
    var gradients = GradientAlgorithm.primitives(weights: backward)
    if backward.isReference, read.type == .float32,
      let own = ck_depthwise(convolution, source: read, destination: y, weights: layout)
    {
      gradients = .depthwise(own)
    } else if let product = try columns(convolution, read, y, weights) {
      gradients = .columns(product)
    }
    return PlannedGroup(source: read, y: y, primitive: forward, weights: weights, gradients: gradients)
  }

  /// The convolution with channels innermost on both sides, which takes any number of them; nil where that is no
  /// faster.
  private func channelsLast(
    _ convolution: Convolution, _ sizes: ConvolutionSizes, _ types: LayerEpilogue
  ) throws -> (forward: Primitive, backward: Primitive)? {
    // Of one input channel a group the program's own kernel finds the weights' gradient.
    guard convolution.groups == 1 || convolution.inputs > convolution.groups, !convolution.stepsUnevenly
    else { return nil }
    let layouts = LayerLayouts(
      source: try .channelsLast(
        [batch, sizes.inputs, sizes.inputPlane.height, sizes.inputPlane.width], types.source),
      destination: try .channelsLast(
        [batch, sizes.outputs, sizes.outputPlane.height, sizes.outputPlane.width], types.destination))
    guard
      let forward = try? Primitive.convolution(.forwardTraining, sizes, types, layouts), !forward.isReference,
      let backward = try? convolutionBackwardWeights(convolution, sizes, types, forward),
      !backward.isReference
    else { return nil }
    return (forward, backward)
  }

  /// The pass that finds the weights' gradient; it decides the layout that the weights are kept in.
  func convolutionBackwardWeights(
    _ convolution: Convolution, _ sizes: ConvolutionSizes, _ types: LayerEpilogue, _ forward: Primitive
  ) throws -> Primitive {
    var layouts = LayerLayouts(
      source: forward.layout(.source), destination: forward.layout(.destination))
    let types = types.forWeightsGradient
    let free = try fastest(.backwardWeights, sizes, types, layouts, forward: forward)
    if free.layout(.weightsGradient)?.outputBlock(grouped: convolution.groups > 1) != nil { return free }
    // The weight kernels need each output's weights together.
    layouts.weights = try TensorLayout.plain(convolution.weightDimensions)
    return try Primitive.convolution(.backwardWeights, sizes, types, layouts, forward: forward)
  }

  /// Winograd's algorithm where the layer and the machine have it, else the direct one.
  func fastest(
    _ direction: Direction, _ sizes: ConvolutionSizes, _ types: LayerEpilogue, _ layouts: LayerLayouts,
    forward: Primitive? = nil
  ) throws -> Primitive {
    if sizes.suitsWinograd && types.source == .float32 {
      var winograd = sizes
      winograd.usesWinograd = true
      let primitive = try? Primitive.convolution(direction, winograd, types, layouts, forward: forward)
      if let primitive { return primitive }
    }
    return try Primitive.convolution(direction, sizes, types, layouts, forward: forward)
  }

  /// Keeps the input's layout where there is fast code for it, and an output layout that the kernels can walk.
  func convolutionForward(
    _ sizes: ConvolutionSizes, _ types: LayerEpilogue, _ source: ActivationTensor
  )
    throws -> Primitive
  {
    var layouts = LayerLayouts(source: source.type == types.source ? source.layout : nil)
    var forward = try fastest(.forwardTraining, sizes, types, layouts)
    if forward.isReference {
      let free = try Primitive.convolution(.forwardTraining, sizes, types, LayerLayouts())
      if !free.isReference {
        layouts.source = nil
        forward = free
      }
    }
    if forward.layout(.destination)?.channelBlock == nil {
      layouts.destination = try TensorLayout.plain(
        [batch, sizes.outputs, sizes.outputPlane.height, sizes.outputPlane.width], types.destination)
      forward = try Primitive.convolution(.forwardTraining, sizes, types, layouts)
    }
    return forward
  }

  mutating func planConvolutionBackward(
    _ convolution: Convolution, _ node: Graph.Node, _ planned: PlannedGroup, _ gradient: BufferID
  ) throws {
    if case .matrixUnits(let matrix) = planned.gradients {
      return try planMatrixGradients(matrix, node, planned, gradient)
    }
    guard let source = planned.source, let forward = planned.primitive, var weights = planned.weights
    else { return }
    if !planned.isFrozen {
      appendWidening(of: planned, node)
      appendWeightsBackward(node, .convolution, planned, weights, gradient)
    }
    guard learnsBelow(node) else { return }
    if planned.coded != nil { appendQuantization(of: &weights) }
    if case .winograd(let winograd) = planned.gradients {
      return try planWinogradBackwardData(node, winograd, planned, weights, gradient)
    }
    let (primitive, chosen) = try convolutionBackwardData(
      convolution, node, planned, source, weights, forward)
    try appendDataBackward(node, .convolution, primitive, planned, weights, gradient, chosen: chosen)
  }

  private func convolutionBackwardData(
    _ convolution: Convolution, _ node: Graph.Node, _ planned: PlannedGroup, _ source: ActivationTensor,
    _ weights: PlannedWeights, _ forward: Primitive
  ) throws -> (Primitive, LayerLayouts?) {
    var effective = convolution
    switch weights.standIn {
    case .product(let product):
      return (try planeProductBackward(product, source.type, forward: forward), nil)
    case .crop(let crop): effective = crop.convolution
    case nil: break
    }
    let sizes = ConvolutionSizes(effective, batch: batch, input: source.shape, output: node.shape)
    let types = LayerEpilogue(source.type, hasBias: false)
    let kept = try fastest(
      .backwardData, sizes, types, LayerLayouts(source: source.layout, destination: planned.y.layout),
      forward: forward)
    guard kept.isReference, !effective.stepsUnevenly else { return (kept, nil) }
    // A few channels lie row by row, which this pass has no fast code for; in blocks it has.
    let free = try fastest(.backwardData, sizes, types, LayerLayouts(), forward: forward)
    guard !free.isReference else { return (kept, nil) }
    return (
      free, LayerLayouts(source: free.layout(.sourceGradient), destination: free.layout(.destinationGradient))
    )
  }
}

extension Shape {
  var plane: Plane { Plane(height: height, width: width) }
}

extension ConvolutionSizes {
  init(_ convolution: Convolution, batch: Int, input: Shape, output: Shape) {
    self.init(
      batch: batch, inputs: convolution.inputs, outputs: convolution.outputs, inputPlane: input.plane,
      outputPlane: output.plane,
      window: Window(
        kernel: Plane(height: convolution.kernel, width: convolution.kernel), stride: convolution.stride,
        padding: convolution.padding),
      groups: convolution.groups)
  }

  /// 3×3 at stride 1; on planes below 4×4 Winograd's tiles are mostly padding.
  var suitsWinograd: Bool {
    window.kernel.height == 3 && window.stride == 1 && groups == 1
      && min(inputPlane.height, inputPlane.width) >= 4
  }
}

extension Convolution {
  /// Dimensions of the weights as the kernels take them: groups are a dimension of their own.
  var weightDimensions: [Int] {
    groups > 1 ? [groups, outputs / groups, inputs / groups, kernel, kernel] : weightShape
  }
}
