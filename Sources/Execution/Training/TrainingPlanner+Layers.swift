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
    var backward = try convolutionBackwardWeights(convolution, sizes, types, forward)
    if backward.isReference, let other = try channelsLast(convolution, sizes, types) {
      (forward, backward) = other
    }
    let plain = try TensorLayout.plain(convolution.weightDimensions)
    let layout = backward.layout(.weightsGradient) ?? plain
    var layouts = (source: forward.layout(.source), destination: forward.layout(.destination))
    var standIn: StandIn?
    if let dense = try planeProduct(convolution, node, source, destination: layouts.destination, taps: layout)
    {
      (forward, backward, standIn) = (dense.forward, dense.backward, .product(dense.product))
      layouts.source = source.layout
    } else if let small = try croppedConvolution(convolution, types, source, node, weights: layout) {
      (forward, backward, standIn) = (small.forward, small.backward, .crop(small.crop))
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
      node, shape: convolution.weightShape, layout: layout, plain: plain, grouped: convolution.groups > 1,
      outputs: convolution.outputs, hasBias: convolution.hasBias, grid: convolution.weightGrid,
      learnsScale: convolution.learnsWeightScale, group: group, channels: y.paddedChannels,
      backward: backward, standIn: standIn, isHalf: y.type == .bfloat16)
    if backward.isReference, read.type == .float32 {
      weights.depthwise = ck_depthwise(convolution, source: read, destination: y, weights: layout)
    }
    try appendForward(node, .convolution, forward, read, &weights, y)
    weights.columns = try columns(convolution, read, y, weights)
    return PlannedGroup(source: read, y: y, primitive: forward, weights: weights)
  }

  /// The convolution with channels innermost on both sides, which takes any number of them; nil where that is no
  /// faster.
  private func channelsLast(
    _ convolution: Convolution, _ sizes: ConvolutionSizes, _ types: LayerEpilogue
  ) throws -> (forward: Primitive, backward: Primitive)? {
    guard convolution.groups == 1 else { return nil }
    let layouts = LayerLayouts(
      source: try .channelsLast([batch, sizes.inputs, sizes.inputHeight, sizes.inputWidth], types.source),
      destination: try .channelsLast(
        [batch, sizes.outputs, sizes.outputHeight, sizes.outputWidth], types.destination))
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
        [batch, sizes.outputs, sizes.outputHeight, sizes.outputWidth], types.destination)
      forward = try Primitive.convolution(.forwardTraining, sizes, types, layouts)
    }
    return forward
  }

  mutating func planDense(_ dense: Dense, _ node: Graph.Node, _ source: ActivationTensor, _ group: LayerGroup)
    throws -> PlannedGroup
  {
    let sizes = DenseSizes(batch: batch, inputs: dense.inputs, outputs: dense.outputs)
    var types = LayerEpilogue()
    types.bias = dense.hasBias ? .float32 : nil
    let read = try plainVector(source, label: node.name)
    let y = newTensor(try TensorLayout.plain([batch, dense.outputs]), node.shape)
    let fixed = LayerLayouts(source: read.layout, destination: y.layout)
    let forward = try Primitive.dense(.forwardTraining, sizes, types, fixed)
    let plain = try TensorLayout.plain(dense.weightShape)
    var backward = try Primitive.dense(.backwardWeights, sizes, types, fixed, forward: forward)
    if backward.layout(.weightsGradient)?.outputBlock(grouped: false) == nil {
      var rowMajor = fixed
      rowMajor.weights = plain
      backward = try Primitive.dense(.backwardWeights, sizes, types, rowMajor, forward: forward)
    }
    let layout = backward.layout(.weightsGradient) ?? plain
    var weights = try planWeights(
      node, shape: dense.weightShape, layout: layout, plain: plain, grouped: false, outputs: dense.outputs,
      hasBias: dense.hasBias, grid: dense.weightGrid, learnsScale: dense.learnsWeightScale,
      group: group, channels: dense.outputs, backward: backward)
    try appendForward(node, .dense, forward, read, &weights, y)
    return PlannedGroup(source: read, y: y, primitive: forward, weights: weights)
  }

  /// Registers a layer's parameters and, where its weights are quantized, the step that rounds them.
  private mutating func planWeights(
    _ node: Graph.Node, shape: [Int], layout: TensorLayout, plain: TensorLayout, grouped: Bool, outputs: Int,
    hasBias: Bool, grid: QuantizationGrid?, learnsScale: Bool, group: LayerGroup, channels: Int,
    backward: Primitive, standIn: StandIn? = nil, isHalf: Bool = false
  ) throws -> PlannedWeights {
    let parameter = parameters.add(node.name + ".weight", shape: shape, layout: layout, plain: plain)
    let bias = hasBias ? parameters.add(node.name + ".bias", shape: [outputs], group: .offsets) : nil
    let norm = group.norm.flatMap { addNorm($0, folds: grid != nil, channels: channels) }
    var weights = PlannedWeights(
      parameter: parameter, layout: layout, used: .parameter(parameter), bias: bias,
      backwardWeights: backward)
    if let grid {
      try appendQuantizer(
        grid, node, shape: shape, grouped: grouped, learnsScale: learnsScale, norm: norm, to: &weights)
      appendBiasRounding(group, node, outputs: outputs, norm: norm, to: &weights)
    }
    if isHalf {
      // Rounding to bf16 rounds to the grid too, and puts the taps where they stand.
      weights.standIn = standIn
      return weights
    }
    appendQuantization(of: &weights)
    if let standIn { appendStandIn(standIn, node, to: &weights) }
    return weights
  }

  /// Has batch norm round its offset, or adds the step that rounds the layer's own bias.
  private mutating func appendBiasRounding(
    _ group: LayerGroup, _ node: Graph.Node, outputs: Int, norm: BatchNormState?,
    to weights: inout PlannedWeights
  ) {
    guard let quantizer = weights.quantizer,
      let rounding = biasRounding(group, scales: quantizer.scales)
    else { return }
    norm?.biasRounding = rounding
    guard let bias = weights.bias else { return }
    let step = RoundBiases(node.name, bias, outputs: outputs, rounding)
    append(step, [])
    weights.usedBias = .fixed(UnsafeMutableRawPointer(step.target.pointer))
  }

  /// Adds the step that finds the weights' scales.
  private mutating func appendQuantizer(
    _ grid: QuantizationGrid, _ node: Graph.Node, shape: [Int], grouped: Bool, learnsScale: Bool,
    norm: BatchNormState?, to weights: inout PlannedWeights
  ) throws {
    guard weights.bias == nil || norm == nil else {
      throw PlanError.unsupported(
        node: node.name, reason: "a convolution with bias before batch norm can't be quantized together")
    }
    guard let block = weights.layout.outputBlock(grouped: grouped) else {
      throw PlanError.unsupported(node: node.name, reason: "no layout keeps each output's weights together")
    }
    let count = weights.layout.byteCount / 4
    let outputs = shape[0]
    let padded = (outputs + block - 1) / block * block
    let trained =
      learnsScale
      ? addWeightScales(
        node, grid, outputs: outputs, stored: padded, fanIn: shape.dropFirst().reduce(1, *)) : nil
    let quantizer = WeightQuantizer(
      label: node.name, grid: grid, weight: weights.parameter,
      shape: ck_weight_shape(
        blocks: Int64(padded / block), rest: Int64(count / padded), block: Int64(block)),
      norm: norm, trained: trained)
    append(ChooseWeightScales(quantizer), [])
    weights.quantizer = quantizer
    weightQuantizers.append(quantizer)
  }

  /// Rounds the weights into a buffer that is used in their place, where they are quantized and were not yet.
  mutating func appendQuantization(of weights: inout PlannedWeights) {
    guard let quantizer = weights.quantizer, case .parameter = weights.used else { return }
    let rounded = memory.reserve(weights.layout.byteCount)
    append(QuantizeWeights(quantizer, target: rounded), [rounded])
    weights.used = .buffer(rounded)
  }

  private mutating func appendForward(
    _ node: Graph.Node, _ kind: StepKind, _ forward: Primitive, _ source: ActivationTensor,
    _ weights: inout PlannedWeights, _ y: ActivationTensor
  ) throws {
    let used = try weightOperand(&weights, for: forward, label: node.name)
    var operands: [(Role, Operand)] = [
      (.source, .buffer(source.buffer)), (.weights, used), (.destination, .buffer(y.buffer)),
    ]
    if let bias = weights.bias { operands.append((.bias, weights.usedBias ?? .parameter(bias))) }
    append(
      PrimitiveStep(node.name + " forward", kind, forward, operands),
      [source.buffer, y.buffer] + buffers(used))
  }

  /// The used weights in the layout that a primitive wants: as they are, or reordered.
  mutating func weightOperand(_ weights: inout PlannedWeights, for primitive: Primitive, label: String) throws
    -> Operand
  {
    guard let wanted = primitive.layout(.weights), !wanted.isSame(as: weights.layout) else {
      return weights.used
    }
    if wanted.type == .bfloat16 { return try halfWeights(&weights, as: wanted, label: label) }
    let copy = memory.reserve(wanted.byteCount)
    try appendReorder(label + " weights", from: weights.used, weights.layout, to: copy, wanted)
    return .buffer(copy)
  }

  func buffers(_ operand: Operand) -> [BufferID] {
    if case .buffer(let buffer) = operand { [buffer] } else { [] }
  }
}
