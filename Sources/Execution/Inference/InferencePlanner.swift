import CKernels
import GraphIR
import OneDNN
import Quantization

/// Turns a folded or an integer graph into forward steps.
///
/// Bias, residual and activation are part of the convolution; activations that no later layer reads give
/// their memory away.
struct InferencePlanner {
  /// Its tensors are let go one by one, as they are taken into the layers' layouts.
  private(set) var model: Model
  let batch: Int
  /// What convolutions multiply; only a float model has a choice.
  let precision: TrainingPrecision
  var memory = MemoryPlan()
  var steps: [any Step] = []
  var tensors: [Graph.NodeID: ActivationTensor] = [:]
  /// Weights and biases in the layouts of their layers.
  var constants: [Arena] = []
  /// Nodes whose outputs are kept, and where.
  let captures: Set<Graph.NodeID>
  var captured: [Graph.NodeID: CapturedTensor] = [:]
  /// Group by group, the last one that reads a tensor.
  private var lastReader: [Graph.NodeID: Int] = [:]

  var graph: Graph { model.graph }

  init(
    _ model: consuming Model, batch: Int, precision: TrainingPrecision = .float32,
    capturing: Set<Graph.NodeID> = []
  ) {
    self.precision = model.kind == .float ? precision : .float32
    self.model = model
    self.batch = batch
    captures = capturing
  }

  /// `sharedInput` holds the images where another plan fills them.
  mutating func plan(sharedInput: UnsafeMutablePointer<Float>?) throws
    -> (input: Operand, output: ActivationTensor)
  {
    let groups = graph.layerGroups
    for (index, group) in groups.enumerated() {
      for id in [group.head, group.add].compactMap({ $0 }) {
        for source in graph.nodes[id].inputs { lastReader[source] = index }
      }
    }
    let input = memory.reserve(sharedInput == nil ? 4 * batch * graph.inputShape.count : 1)
    keep(input)
    let images: Operand = sharedInput.map { .fixed(UnsafeMutableRawPointer($0)) } ?? .buffer(input)
    for (index, group) in groups.enumerated() {
      try plan(group, at: index, images: images, input: input)
      try capture(group)
    }
    try requireCaptures(groups)
    guard let output = tensors[graph.output] else {
      throw PlanError.unsupported(node: graph.nodes[graph.output].name, reason: "it has no output")
    }
    let logits = try widened(plainVector(output, label: "logits"), label: "logits")
    keep(logits.buffer)
    return (images, logits)
  }

  private mutating func plan(_ group: LayerGroup, at index: Int, images: Operand, input: BufferID) throws {
    let node = graph.nodes[group.head]
    switch node.operation {
    case .input: try planInput(group, images: images, input: input)
    case .convolution(let convolution):
      try planConvolution(convolution, group, residualDies: dies(group.residual, at: index))
    case .dense(let dense): try planDense(dense, group)
    case .pool(let pooling):
      if let exact = try averageOnGrid(pooling, group) {
        tensors[group.output] = try average(exact, node)
      } else {
        tensors[group.head] = try planPooling(pooling, node)
        try planElementwise(group, source: group.head)
      }
    case .dropout:
      tensors[group.head] = try source(node)
      try planElementwise(group, source: group.head)
    case .flatten:
      tensors[group.head] = try plainVector(try source(node), label: node.name)
      try planElementwise(group, source: group.head)
    case .activation(.curve(let curve)): try planCurve(curve, group)
    case .batchNorm, .activation(.rectifier), .add, .fakeQuantize:
      try planElementwise(group, source: node.inputs[0])
    case .integer(let integer): try plan(integer, group, at: index)
    }
  }

  private mutating func plan(_ integer: IntegerOperation, _ group: LayerGroup, at index: Int) throws {
    let (id, node) = (group.head, graph.nodes[group.head])
    switch integer {
    case .quantize(let grid): try planQuantize(grid, node, id: id)
    case .dequantize(let grid): try planDequantize(grid, node, id: id)
    case .requantize(let table): try planTable(table, node, id: id)
    case .pool(let pooling): try planAverage(pooling, node, id: id)
    case .convolution(let convolution):
      let residual = node.inputs.count > 1 ? node.inputs[1] : nil
      try planInteger(
        convolution, node, id: id, residual: residual, residualDies: dies(residual, at: index))
    case .dense(let dense): try planInteger(dense, node, id: id)
    case .dynamicDense(let dynamic): try planDynamic(dynamic, group)
    }
  }

  private func dies(_ id: Graph.NodeID?, at index: Int) -> Bool {
    id.map { lastReader[$0] == index } ?? false
  }

  func source(_ node: Graph.Node, _ index: Int = 0) throws -> ActivationTensor {
    guard node.inputs.indices.contains(index), let tensor = tensors[node.inputs[index]] else {
      throw PlanError.unsupported(node: node.name, reason: "it has no input")
    }
    return tensor
  }

  mutating func append(_ step: any Step, _ buffers: [BufferID]) {
    for buffer in buffers { memory.touch(buffer, at: steps.count) }
    (step as? PrimitiveStep)?.reserveScratchpad(&memory, at: steps.count)
    steps.append(step)
  }

  mutating func keep(_ buffer: BufferID) {
    memory.touch(buffer, at: 0)
    memory.touch(buffer, at: Int.max)
  }

  mutating func newTensor(_ layout: TensorLayout, _ shape: Shape, _ type: ElementType = .float32)
    -> ActivationTensor
  {
    ActivationTensor(
      buffer: memory.reserve(layout.byteCount), layout: layout, shape: shape, batch: batch, type: type)
  }

  mutating func adapted(_ tensor: ActivationTensor, to layout: TensorLayout?, label: String) throws
    -> ActivationTensor
  {
    guard let layout, !layout.isSame(as: tensor.layout) else { return tensor }
    let copy = newTensor(layout, tensor.shape, layout.type)
    try appendCopy(of: tensor, to: copy, label: label)
    return copy
  }

  mutating func appendCopy(of tensor: ActivationTensor, to copy: ActivationTensor, label: String) throws {
    let reorder = try Primitive.reorder(from: tensor.layout, to: copy.layout)
    append(
      PrimitiveStep(
        label + " reorder", .reorder, reorder,
        [(.source, .buffer(tensor.buffer)), (.destination, .buffer(copy.buffer))]),
      [tensor.buffer, copy.buffer])
  }

  mutating func plainVector(_ tensor: ActivationTensor, label: String) throws -> ActivationTensor {
    var copy = tensor
    if tensor.shape.spatial > 1 || tensor.paddedChannels != tensor.shape.channels {
      let plain = try TensorLayout.plain(tensor.shape.dimensions(batch: batch), tensor.type)
      copy = try adapted(tensor, to: plain, label: label)
    }
    copy.layout = try TensorLayout.plain([batch, tensor.shape.count], tensor.type)
    copy.shape = .vector(tensor.shape.count)
    return copy
  }

  /// The values of a float tensor, which the model gives up: every node has its own.
  mutating func take(_ name: String) throws -> [Float] {
    let values = try model.parameter(name).floats
    model.parameters[name] = nil
    return values
  }

  /// Copies a row-major tensor into memory of its own, in the layout that a layer wants.
  mutating func constant<Element: BitwiseCopyable>(
    _ values: [Element], _ plain: TensorLayout, as layout: TensorLayout
  ) throws -> Operand {
    let arena = Arena(byteCount: layout.byteCount)
    try values.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      try transfer(from: UnsafeMutableRawPointer(mutating: base), plain, to: arena.base, layout)
    }
    constants.append(arena)
    return .fixed(arena.base)
  }

  /// Where a layer writes that adds to what lies there: the residual's own memory if nobody reads it afterwards,
  /// else a copy.
  mutating func accumulator(
    _ residual: ActivationTensor, layout: TensorLayout, shape: Shape, dies: Bool, label: String
  ) throws -> ActivationTensor {
    if dies && layout.isSame(as: residual.layout) {
      return ActivationTensor(
        buffer: residual.buffer, layout: layout, shape: shape, batch: batch, type: layout.type)
    }
    let copy = newTensor(layout, shape, layout.type)
    try appendCopy(of: residual, to: copy, label: label + " residual")
    return copy
  }
}
