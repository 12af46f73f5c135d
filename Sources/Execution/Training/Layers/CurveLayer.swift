import GraphIR
import OneDNN

extension TrainingPlanner {
  mutating func planCurve(_ curve: ActivationCurve, _ node: Graph.Node, _ source: ActivationTensor)
    -> PlannedGroup
  {
    let y = newTensor(source.layout, source.shape)
    append(CurveStep(node.name + " forward", curve, of: source, to: y.buffer), [source.buffer, y.buffer])
    return PlannedGroup(source: source, y: y)
  }

  mutating func planCurveBackward(
    _ curve: ActivationCurve, _ node: Graph.Node, _ planned: PlannedGroup, _ gradient: BufferID
  ) throws {
    guard let source = planned.source, let id = node.inputs.first, learnsBelow(node) else { return }
    let target = memory.reserve(source.layout.byteCount)
    append(
      CurveStep(node.name + " backward", curve, of: source, gradient: gradient, to: target),
      [source.buffer, gradient, target])
    try passOn(target, source.layout, to: id, node)
  }
}
