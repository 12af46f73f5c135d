import CKernels
import GraphIR
import OneDNN

extension TrainingPlanner {
  mutating func planBackward(_ group: LayerGroup) throws {
    guard let planned = layers[group.head], var incoming = gradients[group.output] else { return }
    let node = graph.nodes[group.head]
    let most = planned.epilogue == nil ? 1 : 2
    while incoming.count > most, let extra = incoming.popLast() {
      append(
        AddStep(
          node.name + " gradients", target: incoming[0], summand: extra,
          count: tensors[group.output]?.storedCount ?? 0, type: tensors[group.output]?.type ?? .float32),
        [incoming[0], extra])
    }
    var yGradient = incoming[0]
    if let epilogue = planned.epilogue {
      // The residual keeps the masked gradient in the first buffer. y needs another one where its gradient differs,
      // and where it is handed on to a tensor whose layer will write to it.
      let handedOn = planned.primitive == nil
      if group.residual != nil && (group.norm != nil || handedOn) {
        yGradient = newTensor(epilogue.y.layout, epilogue.y.shape).buffer
      }
      append(
        EpilogueBackward(epilogue, gradients: incoming, yGradient: yGradient),
        incoming + [yGradient, epilogue.y.buffer] + [epilogue.residual].compactMap { $0 })
      if let residual = group.residual { try passOn(incoming[0], epilogue.y.layout, to: residual, node) }
    }
    try planHeadBackward(node, planned, yGradient)
  }

  private mutating func planHeadBackward(_ node: Graph.Node, _ planned: PlannedGroup, _ gradient: BufferID)
    throws
  {
    switch node.operation {
    case .convolution(let convolution):
      guard let source = planned.source, let forward = planned.primitive, let weights = planned.weights
      else { return }
      appendWeightsBackward(node, .convolution, planned, weights, gradient)
      guard learnsBelow(node) else { return }
      let primitive = try convolutionBackwardData(convolution, node, planned, source, weights, forward)
      try appendDataBackward(node, .convolution, primitive, planned, weights, gradient)
    case .dense(let dense):
      guard let source = planned.source, let forward = planned.primitive, let weights = planned.weights
      else { return }
      appendWeightsBackward(node, .dense, planned, weights, gradient)
      guard learnsBelow(node) else { return }
      let primitive = try Primitive.dense(
        .backwardData, DenseSizes(batch: batch, inputs: dense.inputs, outputs: dense.outputs),
        LayerEpilogue(),
        LayerLayouts(source: source.layout, destination: planned.y.layout), forward: forward)
      try appendDataBackward(node, .dense, primitive, planned, weights, gradient)
    case .pool(let pooling): try planPoolingBackward(pooling, node, planned, gradient)
    case .dropout: try planDropoutBackward(node, planned, gradient)
    case .activation(.curve(let curve)): try planCurveBackward(curve, node, planned, gradient)
    case .flatten, .batchNorm, .activation(.rectifier), .add, .fakeQuantize:
      guard let source = node.inputs.first, learnsBelow(node) else { return }
      try passOn(gradient, planned.y.layout, to: source, node)
    case .input:
      inputGradient = gradient
      keep(gradient)
    case .integer:
      return
    }
  }

  private func convolutionBackwardData(
    _ convolution: Convolution, _ node: Graph.Node, _ planned: PlannedGroup, _ source: ActivationTensor,
    _ weights: PlannedWeights, _ forward: Primitive
  ) throws -> Primitive {
    var effective = convolution
    switch weights.standIn {
    case .product(let product): return try planeProductBackward(product, source.type, forward: forward)
    case .crop(let crop): effective = crop.convolution
    case nil: break
    }
    return try fastest(
      .backwardData, ConvolutionSizes(effective, batch: batch, input: source.shape, output: node.shape),
      LayerEpilogue(source.type, hasBias: false),
      LayerLayouts(source: source.layout, destination: planned.y.layout), forward: forward)
  }

  /// True where a gradient of the node's input is of use.
  func learnsBelow(_ node: Graph.Node) -> Bool {
    guard let source = node.inputs.first else { return false }
    return !feedsOnInputAlone(source)
  }

  private func feedsOnInputAlone(_ id: Graph.NodeID) -> Bool {
    let node = graph.nodes[id]
    switch node.operation {
    case .input: return !differentiatesInput
    case .convolution, .dense, .batchNorm: return false
    case .fakeQuantize(let quantizer) where quantizer.method != .observed: return false
    case .activation, .pool, .add, .flatten, .dropout, .fakeQuantize, .integer:
      return node.inputs.allSatisfy(feedsOnInputAlone)
    }
  }

  /// Hands a gradient in some layout to the tensor that it belongs to, in that tensor's layout.
  mutating func passOn(
    _ gradient: BufferID, _ layout: TensorLayout, to id: Graph.NodeID, _ node: Graph.Node
  ) throws {
    guard let tensor = tensors[id], !feedsOnInputAlone(id) else { return }
    var result = gradient
    let vector = tensor.shape.spatial == 1 && tensor.paddedChannels == tensor.shape.channels
    if !layout.isSame(as: tensor.layout) && !(vector && layout.type == tensor.type) {
      // A vector's gradient is that of the row-major image.
      let from =
        layout.byteCount == layout.type.byteCount * batch * tensor.shape.count
          && layout.channelBlock == tensor.shape.count
        ? try TensorLayout.plain(tensor.shape.dimensions(batch: batch), layout.type) : layout
      if !from.isSame(as: tensor.layout) {
        result = memory.reserve(tensor.layout.byteCount)
        try appendReorder(
          node.name + " gradient", from: .buffer(gradient), from, to: result, tensor.layout)
      }
    }
    gradients[id, default: []].append(result)
  }

  private mutating func appendWeightsBackward(
    _ node: Graph.Node, _ kind: StepKind, _ planned: PlannedGroup, _ weights: PlannedWeights,
    _ gradient: BufferID
  ) {
    guard let source = planned.source else { return }
    if let depthwise = weights.depthwise {
      append(
        DepthwiseGradientStep(
          node.name + " backward weights", source: source.buffer, gradient: gradient,
          weights: weights.parameter, shape: depthwise), [source.buffer, gradient])
    } else if let columns = weights.columns {
      appendColumns(columns, node, source: source, gradient: gradient, y: planned.y, weights.parameter)
    } else if source.type == .bfloat16, weights.backwardWeights.layout(.source)?.type == .float32 {
      let wide = widened(gradient, planned.y, label: node.name + " gradient").buffer
      let input = widened(source.buffer, source, label: node.name + " input")
      appendPrimitiveBackward(node, kind, input, weights, wide)
    } else {
      appendPrimitiveBackward(node, kind, source, weights, gradient)
    }
    if let quantizer = weights.quantizer {
      append(QuantizeWeightsBackward(quantizer, phase: phase), [])
    }
  }

  private mutating func appendPrimitiveBackward(
    _ node: Graph.Node, _ kind: StepKind, _ source: ActivationTensor, _ weights: PlannedWeights,
    _ gradient: BufferID
  ) {
    let standIn = weights.standIn.map { ($0, memory.reserve($0.layout.byteCount)) }
    var operands: [(Role, Operand)] = [
      (.source, .buffer(source.buffer)), (.destinationGradient, .buffer(gradient)),
      (.weightsGradient, standIn.map { .buffer($0.1) } ?? .gradient(weights.parameter)),
    ]
    if let bias = weights.bias { operands.append((.biasGradient, .gradient(bias))) }
    append(
      PrimitiveStep(node.name + " backward weights", kind, weights.backwardWeights, operands),
      [source.buffer, gradient] + [standIn?.1].compactMap { $0 })
    if let (standIn, buffer) = standIn {
      append(standIn.scatter(node.name, from: buffer, to: .gradient(weights.parameter)), [buffer])
    }
  }

  private mutating func appendDataBackward(
    _ node: Graph.Node, _ kind: StepKind, _ primitive: Primitive, _ planned: PlannedGroup,
    _ weights: PlannedWeights, _ gradient: BufferID
  ) throws {
    guard let source = planned.source, let id = node.inputs.first else { return }
    var weights = weights
    let used = try weightOperand(&weights, for: primitive, label: node.name + " backward")
    let target = memory.reserve(source.layout.byteCount)
    append(
      PrimitiveStep(
        node.name + " backward data", kind, primitive,
        [
          (.destinationGradient, .buffer(gradient)), (.weights, used), (.sourceGradient, .buffer(target)),
        ]),
      [gradient, target] + buffers(used) + buffers(weights.used))
    try passOn(target, source.layout, to: id, node)
  }

  private mutating func planPoolingBackward(
    _ pooling: Pooling, _ node: Graph.Node, _ planned: PlannedGroup, _ gradient: BufferID
  ) throws {
    guard let source = planned.source, let id = node.inputs.first, learnsBelow(node) else { return }
    let sizes = PoolingSizes(pooling, batch: batch, input: source.shape, output: node.shape)
    let backward = try Primitive.pooling(
      .backwardData, sizes, source.type,
      LayerLayouts(source: source.layout, destination: planned.y.layout), forward: planned.primitive)
    let target = memory.reserve(source.layout.byteCount)
    var operands: [(Role, Operand)] = [
      (.destinationGradient, .buffer(gradient)), (.sourceGradient, .buffer(target)),
    ]
    if let workspace = planned.workspace { operands.append((.workspace, .buffer(workspace))) }
    append(
      PrimitiveStep(node.name + " backward", .pooling, backward, operands),
      [gradient, target] + [planned.workspace].compactMap { $0 })
    try passOn(target, source.layout, to: id, node)
  }
}
