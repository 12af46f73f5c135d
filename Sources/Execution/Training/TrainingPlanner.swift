import GraphIR
import OneDNN

/// Turns a graph into the steps of a training pass, forward then backward.
///
/// Layers choose their layouts; a tensor keeps its producer's, and is reordered only for a consumer that has
/// no code for it.
struct TrainingPlanner {
  let graph: Graph
  let batch: Int
  /// Whether the gradient of the images is computed too.
  let differentiatesInput: Bool
  let precision: TrainingPrecision
  /// Nodes whose group's output a loss looks at.
  let captureNames: [String]
  let phase = PlanPhase()
  let parameters = FlatParameters()
  var memory = MemoryPlan()
  var steps: [any Step] = []
  /// Activations that groups read, by the node that computes them.
  var tensors: [Graph.NodeID: ActivationTensor] = [:]
  var layers: [Graph.NodeID: PlannedGroup] = [:]
  /// Codes of activations, channels innermost, by the node that computes them.
  var codes: [Graph.NodeID: BufferID] = [:]
  /// Nodes whose activations are kept as codes and nothing else.
  var codesAlone: Set<Graph.NodeID> = []
  /// Of each node that was asked for, the convolution over codes that is its forward pass.
  var integerForwards: [Graph.NodeID: IntegerForward?] = [:]
  var norms: [BatchNormState] = []
  var observers: [String: ActivationObserver] = [:]
  var weightScales: [TrainedWeightScales] = []
  var weightQuantizers: [WeightQuantizer] = []
  /// What arrives at a tensor from each layer that it feeds.
  var gradients: [Graph.NodeID: [BufferID]] = [:]
  var forwardCount = 0
  /// What losses look at, by the node that ends the group.
  var captures: [Graph.NodeID: TaughtTensor] = [:]

  var inputGradient: BufferID?
  /// Nodes whose parameters and statistics stay as they are.
  let frozen: Set<Graph.NodeID>
  private let head: String?
  /// Of each node, whether neither it nor any below it learns: no gradient of its output is of use.
  let isStill: [Bool]

  init(
    graph: Graph, batch: Int, differentiatesInput: Bool, precision: TrainingPrecision,
    captures: [String] = [], tempos: LayerTempos = LayerTempos()
  ) {
    self.graph = graph
    frozen = tempos.frozenNodes(of: graph)
    head = tempos.head
    isStill = graph.stillNodes(frozen: frozen, differentiatesInput: differentiatesInput)
    captureNames = captures
    self.batch = batch
    self.differentiatesInput = differentiatesInput
    self.precision = precision
  }

  /// How fast a node's parameters are moved.
  func tempo(of id: Graph.NodeID) -> ParameterTempo {
    frozen.contains(id) ? .frozen : graph.nodes[id].name == head ? .head : .body
  }

  /// Plans both passes.
  ///
  /// The buffers that outlive a step are the images, the logits and their gradient.
  mutating func plan() throws -> (input: BufferID, logits: BufferID, logitsGradient: BufferID) {
    let groups = graph.layerGroups
    let input = memory.reserve(4 * batch * graph.inputShape.count)
    keep(input)
    for group in groups {
      try planForward(group, input: input)
      try captureOutput(of: group)
    }
    guard let output = tensors[graph.output] else {
      throw PlanError.unsupported(node: graph.nodes[graph.output].name, reason: "it has no output")
    }
    let logits = try plainVector(output, label: "logits")
    keep(logits.buffer)
    forwardCount = steps.count
    let gradient = memory.reserve(4 * batch * graph.classes)
    keep(gradient)
    openCaptures()
    try passOn(
      gradient, TensorLayout.plain([batch, graph.classes]), to: graph.output, graph.nodes[graph.output])
    for group in groups.reversed() {
      try injectGradient(into: group)
      try planBackward(group)
    }
    return (input, logits.buffer, gradient)
  }

  /// Appends a step and keeps its buffers alive at it.
  mutating func append(_ step: any Step, _ buffers: [BufferID]) {
    for buffer in buffers { memory.touch(buffer, at: steps.count) }
    (step as? PrimitiveStep)?.reserveScratchpad(&memory, at: steps.count)
    steps.append(step)
  }

  /// Keeps a buffer alive through the whole plan.
  mutating func keep(_ buffer: BufferID) {
    memory.touch(buffer, at: 0)
    memory.touch(buffer, at: Int.max)
  }

  mutating func newTensor(_ layout: TensorLayout, _ shape: Shape) -> ActivationTensor {
    ActivationTensor(
      buffer: memory.reserve(layout.byteCount), layout: layout, shape: shape, batch: batch, type: layout.type)
  }

  /// The tensor in the wanted layout: itself, or a copy that a reorder makes.
  mutating func adapted(_ tensor: ActivationTensor, to layout: TensorLayout?, label: String) throws
    -> ActivationTensor
  {
    guard let layout, !layout.isSame(as: tensor.layout) else { return tensor }
    let copy = newTensor(layout, tensor.shape)
    try appendReorder(label, from: .buffer(tensor.buffer), tensor.layout, to: copy.buffer, layout)
    return copy
  }

  mutating func appendReorder(
    _ label: String, from source: Operand, _ sourceLayout: TensorLayout, to target: BufferID,
    _ targetLayout: TensorLayout
  ) throws {
    let reorder = try Primitive.reorder(from: sourceLayout, to: targetLayout)
    var touched = [target]
    if case .buffer(let buffer) = source { touched.append(buffer) }
    append(
      PrimitiveStep(
        label + " reorder", .reorder, reorder, [(.source, source), (.destination, .buffer(target))]),
      touched)
  }

  /// The tensor as row-major floats [batch, features]: for one pixel a plane, an unpadded blocked tensor is that already.
  mutating func plainVector(_ tensor: ActivationTensor, label: String) throws -> ActivationTensor {
    let vector = try TensorLayout.plain([batch, tensor.shape.count])
    if tensor.shape.spatial == 1, tensor.paddedChannels == tensor.shape.channels {
      if tensor.type != .float32 {
        let copy = newTensor(vector, .vector(tensor.shape.count))
        try appendReorder(
          label, from: .buffer(tensor.buffer),
          TensorLayout.plain([batch, tensor.shape.count], tensor.type), to: copy.buffer, vector)
        return copy
      }
      var alias = tensor
      // Over one pixel each image's channels lie together in every layout.
      alias.layout = vector
      alias.shape = .vector(tensor.shape.count)
      return alias
    }
    let plain = try TensorLayout.plain(tensor.shape.dimensions(batch: batch))
    var copy = try adapted(tensor, to: plain, label: label)
    copy.layout = vector
    copy.shape = .vector(tensor.shape.count)
    return copy
  }
}

/// What the backward pass needs to know of a group's forward steps.
struct PlannedGroup {
  var epilogue: GroupEpilogue?
  /// Input of the head in the layout that it was read in.
  var source: ActivationTensor?
  /// Output of the head, before the epilogue.
  var y: ActivationTensor
  var primitive: Primitive?
  var weights: PlannedWeights?
  /// Nil where there are no weights.
  var gradients: GradientAlgorithm?
  var workspace: BufferID?
  var dropout: DropoutMask?
  /// Where the forward pass read codes: `source` is theirs as floats.
  var coded: CodedSource?
  /// Its weights stay as they are.
  var isFrozen = false
}
