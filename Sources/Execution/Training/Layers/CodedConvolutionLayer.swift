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
  var multiplication: Multiplication
  var backward: Backward
  /// How the weights lie as floats, and as the codes that the primitive multiplies.
  var layout: TensorLayout
  var tile: WeightTile
  var quads: WeightQuads
  var weightBytes: Int
  /// The observer of what it reads.
  var observer: String

  /// What multiplies the codes.
  enum Multiplication {
    case primitive
    /// Matrix units, on planes of few pixels.
    case matrixUnits(MatrixForward)
    /// Matrix units, as the sums are scaled.
    case scaledAtOnce
  }

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
    let (multiplication, own) = codedMultiplication(convolution, input: input, output: node.shape)
    return IntegerForward(
      primitive: primitive, multiplication: multiplication, backward: backward, layout: layout, tile: tile,
      quads: own?.quads ?? quads, weightBytes: own?.kernelBytes ?? packed.byteCount,
      observer: quantizer.observer)
  }

  private func codedMultiplication(_ convolution: Convolution, input: Shape, output: Shape)
    -> (IntegerForward.Multiplication, MatrixForward?)
  {
    if let own = MatrixForward(pixelsOf: convolution, batch: batch, input: input, output: output) {
      return (.scaledAtOnce, own)
    }
    if let own = MatrixForward(convolution, batch: batch, input: input, output: output, readsCodes: true) {
      return (.matrixUnits(own), own)
    }
    return (.primitive, nil)
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
      node, WeightForm(convolution), (integer.layout, plain), group: group, channels: y.paddedChannels)
    guard let quantizer = weights.quantizer else {
      throw PlanError.unsupported(node: node.name, reason: "its weights lie on no grid")
    }
    let packing = PackWeightCodes(
      quantizer, integer, convolution, target: memory.reserve(integer.weightBytes))
    append(packing, [packing.target])
    let sums = multiply(integer, convolution, node, read, packing.target)
    append(
      ScaleSums(
        node.name + " scale sums", from: sums, to: y, input: observer, packing,
        bias: weights.bias.map { weights.usedBias ?? .parameter($0) }, norm: quantizer.norm),
      [sums.buffer, packing.target, y.buffer])
    var planned = PlannedGroup(
      source: images, y: y, primitive: integer.floats?.forward ?? integer.primitive, weights: weights)
    planned.coded = CodedSource(buffer: read, observer: observer, widens: widens)
    planned.gradients = gradients(of: integer, .codes(read, observer), of: images, y)
    return planned
  }

  /// Adds the step that multiplies, where that is one of its own.
  private mutating func multiply(
    _ integer: IntegerForward, _ convolution: Convolution, _ node: Graph.Node, _ codes: BufferID,
    _ weights: BufferID
  ) -> ScaleSums.Source {
    if case .scaledAtOnce = integer.multiplication { return .product(codes, convolution) }
    let label = node.name + " forward"
    let sums = memory.reserve(4 * batch * node.shape.count)
    switch integer.multiplication {
    case .scaledAtOnce: break
    case .matrixUnits(let own):
      append(
        MatrixForwardStep(label, own, source: codes, kernels: weights, target: sums), [codes, weights, sums])
    case .primitive:
      append(
        PrimitiveStep(
          label, .convolution, integer.primitive,
          [(.source, .buffer(codes)), (.weights, .buffer(weights)), (.destination, .buffer(sums))]),
        [codes, weights, sums])
    }
    return .sums(sums)
  }

  private func gradients(
    of integer: IntegerForward, _ source: FindMatrixGradients.Source, of images: ActivationTensor,
    _ y: ActivationTensor
  ) -> GradientAlgorithm? {
    let algorithm: MatrixGradients
    switch integer.backward {
    case .floats(_, let weights): return .primitives(weights: weights)
    case .matrixUnits(let units): algorithm = units
    }
    guard let made = ck_pixel_strides(y.layout, y.shape),
      let read = ck_pixel_strides(images.layout, images.shape)
    else { return nil }
    let codes = ck_pixel_strides(image: read.image, block: 16, pixel: Int64(images.shape.channels))
    return .matrixUnits(
      PlannedMatrixGradients(
        algorithm: algorithm, tile: integer.tile, source: source, sourceStrides: codes,
        gradientStrides: made, imageStrides: read))
  }
}

extension QuantizationGrid {
  fileprivate var fitsByte: Bool { minimum >= 0 && maximum <= 255 }
  fileprivate var fitsSignedByte: Bool { symmetric && minimum >= -128 && maximum <= 127 }
}
