import GraphIR
import OneDNN

extension TrainingPlanner {
  mutating func planDropout(_ dropout: Dropout, _ node: Graph.Node, _ source: ActivationTensor)
    -> PlannedGroup
  {
    let mask = DropoutMask(node: node.name, rate: dropout.rate, phase: phase)
    let y = newTensor(source.layout, source.shape)
    append(
      DropoutStep(node.name + " forward", mask, from: source.buffer, to: y.buffer, like: y),
      [source.buffer, y.buffer])
    var planned = PlannedGroup(source: source, y: y)
    planned.dropout = mask
    return planned
  }

  mutating func planDropoutBackward(_ node: Graph.Node, _ planned: PlannedGroup, _ gradient: BufferID) throws
  {
    guard let mask = planned.dropout, let source = node.inputs.first, learnsBelow(node) else { return }
    let target = memory.reserve(planned.y.layout.byteCount)
    append(
      DropoutStep(node.name + " backward", mask, from: gradient, to: target, like: planned.y),
      [gradient, target])
    try passOn(target, planned.y.layout, to: source, node)
  }
}
