import CKernels
import GraphIR
import OneDNN

/// A convolution over codes that is a layer's forward pass in training.
///
/// A fake-quantized tensor is its codes and a scale, so the sums of its products with weights on a grid are whole numbers
/// times both scales: exact in 32 bits, where floats round each product and each sum.
struct IntegerForward {
  /// Codes to sums, channels innermost on both sides.
  var primitive: Primitive
  /// What multiplies in its place on planes of few pixels.
  var matrix: MatrixForward?
  /// Whether the sums are found as they are scaled.
  var scalesAtOnce: Bool
  var backward: Backward
  /// How the weights lie as floats, and as the codes that the primitive multiplies.
  var layout: TensorLayout
  var tile: WeightTile
  var quads: WeightQuads
  var weightBytes: Int
  /// The observer of what it reads.
  var observer: String

  /// How its gradients are found.
  enum Backward {
    /// Of floats: `forward` is the same convolution, for which the passes are made; it never runs.
    case floats(forward: Primitive, weights: Primitive)
    case matrixUnits(MatrixGradients)
  }

  var floats: (forward: Primitive, weights: Primitive)? {
    if case .floats(let forward, let weights) = backward { (forward, weights) } else { nil }
  }
}

/// The codes that a layer's forward pass read.
struct CodedSource {
  var buffer: BufferID
  var observer: ActivationObserver
  /// Whether `source` is to be made of them before it is read.
  var widens: Bool
}

extension TrainingPlanner {
  /// The convolution over codes that serves as a node's forward pass.
  ///
  /// Nil for layers whose input or weights lie on no grid of bytes, whose padding is no code, and where oneDNN has no fast
  /// code for it or the backward passes want other layouts.
  mutating func integerForward(of id: Graph.NodeID) -> IntegerForward? {
    if let known = integerForwards[id] { return known }
    // What oneDNN refuses stays in floats.
    let found = try? plannedIntegerForward(of: graph.nodes[id])
    integerForwards[id] = .some(found)
    return found
  }

  private func plannedIntegerForward(of node: Graph.Node) throws -> IntegerForward? {
    guard precision == .float32, addsByteProductsExactly, case .convolution(let convolution) = node.operation,
      convolution.groups == 1, let weightGrid = convolution.weightGrid, weightGrid.fitsSignedByte,
      convolution.inputs % 16 == 0, convolution.outputs % 16 == 0, let source = node.inputs.first,
      let quantizer = graph.codedGrid(of: source), quantizer.grid.fitsByte,
      convolution.padding == 0 || graph.padsWithCodeZero(source)
    else { return nil }
    let input = graph.nodes[source].shape
    let sizes = ConvolutionSizes(convolution, batch: batch, input: input, output: node.shape)
    let (read, made) = (input.dimensions(batch: batch), node.shape.dimensions(batch: batch))
    var types = LayerEpilogue()
    (types.source, types.weights, types.destination) = (.uint8, .int8, .int32)
    let primitive = try Primitive.convolution(
      .forwardTraining, sizes, types,
      LayerLayouts(source: try .channelsLast(read, .uint8), destination: try .channelsLast(made, .int32)))
    guard !primitive.isReference, let packed = primitive.layout(.weights), let quads = packed.weightQuads
    else {
      return nil
    }
    guard let (backward, layout) = try codedBackward(convolution, node, input, sizes),
      let tile = layout.weightTile, tile.side == 16
    else { return nil }
    let pixels = MatrixForward(pixelsOf: convolution, batch: batch, input: input, output: node.shape)
    let matrix =
      pixels
      ?? MatrixForward(convolution, batch: batch, input: input, output: node.shape, readsCodes: true)
    return IntegerForward(
      primitive: primitive, matrix: matrix, scalesAtOnce: pixels != nil, backward: backward, layout: layout,
      tile: tile,
      quads: matrix?.quads ?? quads, weightBytes: matrix?.kernelBytes ?? packed.byteCount,
      observer: quantizer.observer)
  }

  /// How the gradients are found, and the order of the weights that this wants; nil where a layer of floats serves
  /// better.
  private func codedBackward(
    _ convolution: Convolution, _ node: Graph.Node, _ input: Shape, _ sizes: ConvolutionSizes
  ) throws -> (IntegerForward.Backward, TensorLayout)? {
    if let units = MatrixGradients(convolution, batch: batch, input: input, output: node.shape) {
      return (.matrixUnits(units), try units.weightLayout())
    }
    // On these planes the float layer is another one, and the direct convolution mostly padding.
    guard KernelCrop(convolution, input: input, output: node.shape) == nil,
      PlaneProduct(convolution, input: input, output: node.shape) == nil
    else { return nil }
    let floats = LayerEpilogue(.float32, hasBias: convolution.hasBias)
    let layouts = LayerLayouts(
      source: try .sixteens(input.dimensions(batch: batch)),
      destination: try .sixteens(node.shape.dimensions(batch: batch)))
    let forward = try fastest(.forwardTraining, sizes, floats, layouts)
    let backward = try convolutionBackwardWeights(convolution, sizes, floats, forward)
    guard !forward.isReference, !backward.isReference, let layout = backward.layout(.weightsGradient) else {
      return nil
    }
    return (.floats(forward: forward, weights: backward), layout)
  }

  /// Plans the forward pass over codes: pack the weights, multiply, scale the sums.
  mutating func planCodedConvolution(
    _ integer: IntegerForward, _ node: Graph.Node, _ source: ActivationTensor, _ group: LayerGroup
  ) throws -> PlannedGroup {
    guard case .convolution(let convolution) = node.operation, let id = node.inputs.first,
      let observer = observers[integer.observer]
    else { throw PlanError.unsupported(node: node.name, reason: "its input lies on no grid") }
    let read = try codes(of: id, source, observer, node)
    var images = source
    images.layout = try .sixteens(source.shape.dimensions(batch: batch))
    var widens = false
    if case .floats = integer.backward {
      widens = codesAlone.contains(id) || !images.layout.isSame(as: source.layout)
      if widens { images.buffer = memory.reserve(images.layout.byteCount) }
    }
    let y = newTensor(try .sixteens(node.shape.dimensions(batch: batch)), node.shape)
    let plain = try TensorLayout.plain(convolution.weightDimensions)
    let weights = try planWeights(
      node, WeightForm(convolution), (integer.layout, plain), group: group, channels: y.paddedChannels,
      backward: integer.floats?.weights)
    guard let quantizer = weights.quantizer else {
      throw PlanError.unsupported(node: node.name, reason: "its weights lie on no grid")
    }
    let packing = PackWeightCodes(
      quantizer, integer, convolution, target: memory.reserve(integer.weightBytes))
    append(packing, [packing.target])
    var sums = ScaleSums.Source.product(read, convolution)
    if !integer.scalesAtOnce {
      let found = memory.reserve(4 * batch * node.shape.count)
      append(multiplication(integer, node, read, packing.target, found), [read, packing.target, found])
      sums = .sums(found)
    }
    append(
      ScaleSums(
        node.name + " scale sums", from: sums, to: y, input: observer, packing,
        bias: weights.bias.map { weights.usedBias ?? .parameter($0) }, norm: quantizer.norm),
      [sums.buffer, packing.target, y.buffer])
    var planned = PlannedGroup(
      source: images, y: y, primitive: integer.floats?.forward ?? integer.primitive, weights: weights)
    planned.coded = CodedSource(buffer: read, observer: observer, widens: widens)
    if case .matrixUnits(let algorithm) = integer.backward,
      let made = ck_pixel_strides(y.layout, y.shape),
      let images = ck_pixel_strides(images.layout, images.shape)
    {
      let channels = Int64(source.shape.channels)
      planned.matrix = PlannedMatrixGradients(
        algorithm: algorithm, tile: integer.tile, source: .codes(read, observer),
        sourceStrides: ck_pixel_strides(image: images.image, block: 16, pixel: channels),
        gradientStrides: made,
        imageStrides: images)
    }
    return planned
  }

  private func multiplication(
    _ integer: IntegerForward, _ node: Graph.Node, _ codes: BufferID, _ weights: BufferID, _ sums: BufferID
  ) -> any Step {
    let label = node.name + " forward"
    if let matrix = integer.matrix {
      return MatrixForwardStep(label, matrix, source: codes, kernels: weights, target: sums)
    }
    return PrimitiveStep(
      label, .convolution, integer.primitive,
      [(.source, .buffer(codes)), (.weights, .buffer(weights)), (.destination, .buffer(sums))])
  }

  /// The codes of a tensor: those that its group wrote, or a step's that finds them.
  private mutating func codes(
    of id: Graph.NodeID, _ source: ActivationTensor, _ observer: ActivationObserver, _ node: Graph.Node
  ) throws -> BufferID {
    if let known = codes[id] { return known }
    let images = try adapted(
      source, to: .sixteens(source.shape.dimensions(batch: batch)), label: node.name + " input")
    let target = memory.reserve(codeBytes(of: source.shape))
    append(
      EncodeActivations(node.name + " input codes", from: images, to: target, observer),
      [images.buffer, target])
    codes[id] = target
    return target
  }

  /// Bytes of a batch's codes, and of what kernels read beyond them.
  func codeBytes(of shape: Shape) -> Int {
    batch * shape.count + Int(ck_code_slack(Int64(shape.channels)))
  }

  /// What a group's output is kept as: floats, codes, or both.
  mutating func outputForm(of group: LayerGroup, _ y: ActivationTensor) -> (floats: Bool, codes: Bool) {
    guard let id = group.fakeQuantize, case .fakeQuantize(let quantizer) = graph.nodes[id].operation,
      y.type == .float32, y.holdsSixteens
    else { return (true, false) }
    let consumers = graph.consumers[group.output]
    let readers = consumers.count { integerForward(of: $0) != nil }
    guard readers > 0 else { return (true, false) }
    // A trained range starts from the floats, and losses look at them.
    let isTaught = graph.memberNames(of: group).contains(where: captureNames.contains)
    let floats = readers < consumers.count || isTaught || quantizer.method != .observed
    if !floats { codesAlone.insert(group.output) }
    return (floats, true)
  }

  /// Makes the floats that the weights' gradient is found with, where the forward pass read codes alone.
  mutating func appendWidening(of planned: PlannedGroup, _ node: Graph.Node) {
    guard let coded = planned.coded, coded.widens, let source = planned.source else { return }
    append(
      WidenCodes(node.name + " widen codes", from: coded.buffer, to: source, coded.observer),
      [coded.buffer, source.buffer])
  }
}

extension Graph {
  /// The fake quantization on whose grid a tensor's values lie, each the value of one code.
  fileprivate func codedGrid(of id: NodeID) -> FakeQuantize? {
    switch nodes[id].operation {
    case .fakeQuantize(let quantizer): quantizer
    case .pool(let pooling) where pooling.kind == .maximum: nodes[id].inputs.first.flatMap(codedGrid(of:))
    default: nil
    }
  }

  /// Whether the zero that pads a tensor is the code 0: its grid is symmetric or trained, or begins at a rectifier's zero.
  fileprivate func padsWithCodeZero(_ id: NodeID) -> Bool {
    switch nodes[id].operation {
    case .pool: return nodes[id].inputs.first.map(padsWithCodeZero) ?? false
    case .fakeQuantize(let quantizer):
      if quantizer.grid.symmetric || quantizer.method != .observed { return true }
      guard let input = nodes[id].inputs.first, case .activation(.rectifier) = nodes[input].operation else {
        return false
      }
      return quantizer.grid.minimum == 0
    default: return false
    }
  }
}

extension QuantizationGrid {
  fileprivate var fitsByte: Bool { minimum >= 0 && maximum <= 255 }
  fileprivate var fitsSignedByte: Bool { symmetric && minimum >= -128 && maximum <= 127 }
}
