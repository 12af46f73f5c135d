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
    case .convolution(let convolution): try planConvolutionBackward(convolution, node, planned, gradient)
    case .dense(let dense): try planDenseBackward(dense, node, planned, gradient)
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

  /// True where a gradient of the node's input is of use.
  func learnsBelow(_ node: Graph.Node) -> Bool {
    guard let source = node.inputs.first else { return false }
    return !feedsOnInputAlone(source)
  }

  private func feedsOnInputAlone(_ id: Graph.NodeID) -> Bool {
    let node = graph.nodes[id]
    if case .input = node.operation { return !differentiatesInput }
    if case .fakeQuantize(let quantizer) = node.operation, quantizer.method != .observed { return false }
    return node.operation.parameterCount == 0 && node.inputs.allSatisfy(feedsOnInputAlone)
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
}
