import GraphIR
import OneDNN

extension TrainingPlanner {
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
      node, WeightForm(dense), (layout, plain), group: group, channels: dense.outputs)
    appendRounding(of: &weights, node, nil, isHalf: false)
    try appendForward(node, .dense, forward, read, &weights, y)
    return PlannedGroup(
      source: read, y: y, primitive: forward, weights: weights, gradients: .primitives(weights: backward))
  }

  mutating func planDenseBackward(
    _ dense: Dense, _ node: Graph.Node, _ planned: PlannedGroup, _ gradient: BufferID
  ) throws {
    guard let source = planned.source, let forward = planned.primitive, let weights = planned.weights
    else { return }
    if !planned.isFrozen { appendWeightsBackward(node, .dense, planned, weights, gradient) }
    guard learnsBelow(node) else { return }
    let primitive = try Primitive.dense(
      .backwardData, DenseSizes(batch: batch, inputs: dense.inputs, outputs: dense.outputs), LayerEpilogue(),
      LayerLayouts(source: source.layout, destination: planned.y.layout), forward: forward)
    try appendDataBackward(node, .dense, primitive, planned, weights, gradient)
  }
}
