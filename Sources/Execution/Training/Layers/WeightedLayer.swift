import CKernels
import GraphIR
import OneDNN

/// Weights of a layer: the parameter, and what the forward pass made of it.
struct PlannedWeights {
  var parameter: ParameterID
  var layout: TensorLayout
  /// Weights that the forward pass used, in `layout`: the parameter itself, its rounded copy, or what stands in for either.
  var used: Operand
  var bias: ParameterID?
  /// The rounded bias that the forward pass adds in the parameter's place.
  var usedBias: Operand?
  var quantizer: WeightQuantizer?
  var standIn: StandIn?
  /// The weights in bfloat16 as the forward pass reads them, where it does.
  var half: (buffer: BufferID, layout: TensorLayout)?
}

/// What a layer's weights are, whichever kind of layer it is.
struct WeightForm {
  /// Outputs first.
  var shape: [Int]
  var grouped = false
  var hasBias: Bool
  var grid: QuantizationGrid?
  var learnsScale: Bool

  var outputs: Int { shape[0] }

  init(_ convolution: Convolution) {
    shape = convolution.weightShape
    grouped = convolution.groups > 1
    hasBias = convolution.hasBias
    (grid, learnsScale) = (convolution.weightGrid, convolution.learnsWeightScale)
  }

  init(_ dense: Dense) {
    shape = dense.weightShape
    hasBias = dense.hasBias
    (grid, learnsScale) = (dense.weightGrid, dense.learnsWeightScale)
  }
}

extension TrainingPlanner {
  /// Registers a layer's parameters and, where its weights are quantized, the steps that choose their scales and round
  /// biases.
  mutating func planWeights(
    _ node: Graph.Node, _ form: WeightForm, _ layouts: (stored: TensorLayout, plain: TensorLayout),
    group: LayerGroup, channels: Int
  ) throws -> PlannedWeights {
    let tempo = tempo(of: group.head)
    let parameter = parameters.add(
      node.name + ".weight", shape: form.shape, layout: layouts.stored, plain: layouts.plain, tempo: tempo)
    let bias =
      form.hasBias
      ? parameters.add(node.name + ".bias", shape: [form.outputs], group: .offsets, tempo: tempo) : nil
    let norm = group.norm.flatMap { addNorm($0, folds: form.grid != nil, channels: channels) }
    var weights = PlannedWeights(
      parameter: parameter, layout: layouts.stored, used: .parameter(parameter), bias: bias)
    if let grid = form.grid {
      try appendQuantizer(
        grid, node, form, scales: form.learnsScale ? tempo : nil, norm: norm, to: &weights)
      appendBiasRounding(group, node, outputs: form.outputs, norm: norm, to: &weights)
    }
    return weights
  }

  /// Rounds the weights where they are quantized, and puts them where a stand-in wants them.
  mutating func appendRounding(
    of weights: inout PlannedWeights, _ node: Graph.Node, _ standIn: StandIn?, isHalf: Bool
  ) {
    if isHalf {
      // Rounding to bf16 rounds to the grid too, and puts the taps where they stand.
      weights.standIn = standIn
      return
    }
    appendQuantization(of: &weights)
    if let standIn { appendStandIn(standIn, node, to: &weights) }
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

  /// Adds the step that finds the weights' scales; `scales` is nil where they are not trained.
  private mutating func appendQuantizer(
    _ grid: QuantizationGrid, _ node: Graph.Node, _ form: WeightForm, scales: ParameterTempo?,
    norm: BatchNormState?, to weights: inout PlannedWeights
  ) throws {
    guard weights.bias == nil || norm == nil else {
      throw PlanError.unsupported(
        node: node.name, reason: "a convolution with bias before batch norm can't be quantized together")
    }
    guard let block = weights.layout.outputBlock(grouped: form.grouped) else {
      throw PlanError.unsupported(node: node.name, reason: "no layout keeps each output's weights together")
    }
    let count = weights.layout.byteCount / 4
    let padded = (form.outputs + block - 1) / block * block
    let trained = scales.map {
      addWeightScales(
        node, grid, outputs: form.outputs, stored: padded, fanIn: form.shape.dropFirst().reduce(1, *),
        isFrozen: $0 == .frozen)
    }
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

  mutating func appendForward(
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

  mutating func appendWeightsBackward(
    _ node: Graph.Node, _ kind: StepKind, _ planned: PlannedGroup, _ weights: PlannedWeights,
    _ gradient: BufferID
  ) {
    guard let source = planned.source, let gradients = planned.gradients else { return }
    switch gradients {
    case .matrixUnits: return  // They are found together with the images'.
    case .winograd(let winograd):
      appendWinogradWeightsGradient(
        node, winograd, source: source.buffer, gradient: gradient, weights.parameter)
    case .depthwise(let depthwise):
      append(
        DepthwiseGradientStep(
          node.name + " backward weights", source: source.buffer, gradient: gradient,
          weights: weights.parameter, shape: depthwise), [source.buffer, gradient])
    case .columns(let columns):
      appendColumns(columns, node, source: source, gradient: gradient, y: planned.y, weights.parameter)
    case .primitives(let backward)
    where source.type == .bfloat16 && backward.layout(.source)?.type == .float32:
      let wide = widened(gradient, planned.y, label: node.name + " gradient").buffer
      let input = widened(source.buffer, source, label: node.name + " input")
      appendPrimitiveBackward(node, kind, backward, input, weights, wide)
    case .primitives(let backward):
      appendPrimitiveBackward(node, kind, backward, source, weights, gradient)
    }
    if let quantizer = weights.quantizer {
      append(QuantizeWeightsBackward(quantizer, phase: phase), [])
    }
  }

  private mutating func appendPrimitiveBackward(
    _ node: Graph.Node, _ kind: StepKind, _ backward: Primitive, _ source: ActivationTensor,
    _ weights: PlannedWeights, _ gradient: BufferID
  ) {
    let standIn = weights.standIn.map { ($0, memory.reserve($0.layout.byteCount)) }
    var operands: [(Role, Operand)] = [
      (.source, .buffer(source.buffer)), (.destinationGradient, .buffer(gradient)),
      (.weightsGradient, standIn.map { .buffer($0.1) } ?? .gradient(weights.parameter)),
    ]
    if let bias = weights.bias { operands.append((.biasGradient, .gradient(bias))) }
    append(
      PrimitiveStep(node.name + " backward weights", kind, backward, operands),
      [source.buffer, gradient] + [standIn?.1].compactMap { $0 })
    if let (standIn, buffer) = standIn {
      append(standIn.scatter(node.name, from: buffer, to: .gradient(weights.parameter)), [buffer])
    }
  }

  /// `chosen` are the layouts of both gradients, where they are not those of the forward pass.
  mutating func appendDataBackward(
    _ node: Graph.Node, _ kind: StepKind, _ primitive: Primitive, _ planned: PlannedGroup,
    _ weights: PlannedWeights, _ gradient: BufferID, chosen: LayerLayouts? = nil
  ) throws {
    guard let source = planned.source, let id = node.inputs.first else { return }
    var weights = weights
    let used = try weightOperand(&weights, for: primitive, label: node.name + " backward")
    var arriving = planned.y
    arriving.buffer = gradient
    let read = try adapted(arriving, to: chosen?.destination, label: node.name + " gradient")
    let layout = chosen?.source ?? source.layout
    let target = memory.reserve(layout.byteCount)
    append(
      PrimitiveStep(
        node.name + " backward data", kind, primitive,
        [
          (.destinationGradient, .buffer(read.buffer)), (.weights, used), (.sourceGradient, .buffer(target)),
        ]),
      [read.buffer, target] + buffers(used) + buffers(weights.used))
    try passOn(target, layout, to: id, node)
  }
}
