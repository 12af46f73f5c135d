import GraphIR
import OneDNN

extension TrainingPlanner {
  mutating func planPooling(_ pooling: Pooling, _ node: Graph.Node, _ source: ActivationTensor) throws
    -> PlannedGroup
  {
    let sizes = PoolingSizes(pooling, batch: batch, input: source.shape, output: node.shape)
    let forward = try Primitive.pooling(
      .forwardTraining, sizes, source.type, LayerLayouts(source: source.layout))
    let layout = forward.layout(.destination) ?? source.layout
    let y = newTensor(layout, node.shape)
    var operands: [(Role, Operand)] = [(.source, .buffer(source.buffer)), (.destination, .buffer(y.buffer))]
    var planned = PlannedGroup(source: source, y: y, primitive: forward)
    if let workspace = forward.layout(.workspace) {
      let buffer = memory.reserve(workspace.byteCount)
      planned.workspace = buffer
      operands.append((.workspace, .buffer(buffer)))
    }
    append(
      PrimitiveStep(node.name + " forward", .pooling, forward, operands),
      [source.buffer, y.buffer] + [planned.workspace].compactMap { $0 })
    return planned
  }

  mutating func planPoolingBackward(
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

extension PoolingSizes {
  init(_ pooling: Pooling, batch: Int, input: Shape, output: Shape) {
    let kernel = pooling.global ? input.plane : Plane(height: pooling.kernel, width: pooling.kernel)
    self.init(
      batch: batch, channels: input.channels, inputPlane: input.plane, outputPlane: output.plane,
      window: Window(kernel: kernel, stride: pooling.global ? 1 : pooling.stride, padding: pooling.padding),
      maximum: pooling.kind == .maximum)
  }
}
