import GraphIR
import OneDNN

extension TrainingPlanner {
  mutating func planForward(_ group: LayerGroup, input: BufferID) throws {
    let node = graph.nodes[group.head]
    let source = node.inputs.first.flatMap { tensors[$0] }
    var planned: PlannedGroup
    switch node.operation {
    case .input:
      let layout = try TensorLayout.plain(node.shape.dimensions(batch: batch))
      planned = PlannedGroup(
        y: ActivationTensor(buffer: input, layout: layout, shape: node.shape, batch: batch))
    case .convolution(let convolution):
      let images = try required(source, node).asImages
      planned =
        if let integer = integerForward(of: group.head) {
          try planCodedConvolution(integer, node, images, group)
        } else { try planConvolution(convolution, node, images, group) }
    case .dense(let dense):
      planned = try planDense(dense, node, required(source, node), group)
    case .pool(let pooling):
      planned = try planPooling(pooling, node, required(source, node).asImages)
    case .dropout(let dropout): planned = planDropout(dropout, node, try required(source, node))
    case .flatten:
      planned = PlannedGroup(y: try plainVector(required(source, node), label: node.name))
    case .activation(.curve(let curve)): planned = planCurve(curve, node, try required(source, node))
    case .batchNorm, .activation(.rectifier), .add, .fakeQuantize:
      planned = PlannedGroup(y: try required(source, node))
    case .integer:
      throw PlanError.unsupported(node: node.name, reason: "an integer model can't be trained")
    }
    // A layer with weights has registered its batch norm already, for the fold.
    if planned.weights == nil, let norm = group.norm {
      let state = addNorm(norm, folds: false, channels: planned.y.paddedChannels)
      if let state, state.norm.weightGrid != nil {
        state.biasRounding = biasRounding(group, scales: state.factorScales)
      }
    }
    try planEpilogue(group, &planned)
    planned.isFrozen = frozen.contains(group.head)
    layers[group.head] = planned
  }

  private func required(_ tensor: ActivationTensor?, _ node: Graph.Node) throws -> ActivationTensor {
    guard let tensor else { throw PlanError.unsupported(node: node.name, reason: "it has no input") }
    return tensor
  }

  /// Adds the step that makes the group's output of y, unless they are the same.
  private mutating func planEpilogue(_ group: LayerGroup, _ planned: inout PlannedGroup) throws {
    guard group.norm != nil || group.add != nil || group.activation != nil || group.fakeQuantize != nil else {
      tensors[group.output] = planned.y
      return
    }
    let name = graph.nodes[group.output].name
    var residual: ActivationTensor?
    if let other = group.residual, let tensor = tensors[other] {
      residual = try adapted(tensor, to: planned.y.layout, label: name + " residual")
    }
    var observer: ActivationObserver?
    var observes = false
    if let id = group.fakeQuantize, case .fakeQuantize(let quantizer) = graph.nodes[id].operation {
      observer = self.observer(of: quantizer, features: planned.y.shape.count)
      observes = quantizer.observes
    }
    let out = newTensor(planned.y.layout, planned.y.shape)
    let form = outputForm(of: group, planned.y)
    let epilogue = GroupEpilogue(
      label: name, y: planned.y, out: form.floats ? out.buffer : nil, residual: residual?.buffer,
      norm: group.norm.flatMap { norm in norms.first { $0.name == graph.nodes[norm].name } },
      activation: graph.rectifier(of: group), observer: observer, phase: phase)
    epilogue.observes = observes
    epilogue.hasStatistics = planned.coded != nil
    if form.codes {
      epilogue.codes = memory.reserve(codeBytes(of: planned.y.shape))
      codes[group.output] = epilogue.codes
    }
    append(
      EpilogueForward(epilogue),
      [planned.y.buffer] + [epilogue.out, epilogue.codes, residual?.buffer].compactMap { $0 })
    planned.epilogue = epilogue
    tensors[group.output] = out
  }

  /// Registers batch norm's parameters and state.
  @discardableResult
  mutating func addNorm(_ id: Graph.NodeID, folds: Bool, channels: Int) -> BatchNormState? {
    let node = graph.nodes[id]
    guard case .batchNorm(let norm) = node.operation else { return nil }
    let tempo = tempo(of: id)
    let state = BatchNormState(
      name: node.name, norm: norm,
      gamma: parameters.add(node.name + ".weight", shape: [norm.channels], group: .offsets, tempo: tempo),
      beta: parameters.add(node.name + ".bias", shape: [norm.channels], group: .offsets, tempo: tempo),
      folds: folds, stored: channels)
    state.isFrozen = tempo == .frozen
    norms.append(state)
    return state
  }
}
