import CKernels
import GraphIR
import OneDNN

/// How a layer's gradients are found on matrix units.
struct PlannedMatrixGradients {
  var algorithm: MatrixGradients
  var tile: WeightTile
  var source: FindMatrixGradients.Source
  var sourceStrides, gradientStrides, imageStrides: ck_pixel_strides
}

extension TrainingPlanner {
  /// Plans a convolution of bfloat16 whose gradients matrix units find; nil where they don't serve it.
  mutating func planMatrixConvolution(
    _ convolution: Convolution, _ node: Graph.Node, _ source: ActivationTensor, _ group: LayerGroup,
    forward: Primitive
  ) throws -> PlannedGroup? {
    guard let from = forward.layout(.source), let to = forward.layout(.destination), from.type == .bfloat16,
      to.type == .bfloat16, let read = ck_pixel_strides(from, source.shape),
      let made = ck_pixel_strides(to, node.shape),
      let algorithm = MatrixGradients(
        convolution, batch: batch, input: source.shape, output: node.shape, halves: true)
    else { return nil }
    let stored = try algorithm.weightLayout()
    guard let tile = stored.weightTile else { return nil }
    let images = try adapted(source, to: from, label: node.name + " input")
    let y = newTensor(to, node.shape)
    var weights = try planWeights(
      node, WeightForm(convolution), (stored, TensorLayout.plain(convolution.weightDimensions)), group: group,
      channels: y.paddedChannels)
    if !convolution.hasBias, read.pixel == Int64(source.shape.channels),
      made.pixel == Int64(node.shape.channels),
      let own = MatrixForward(
        convolution, batch: batch, input: source.shape, output: node.shape, readsCodes: false)
    {
      appendMatrixForward(own, node, images, weights, tile, y)
    } else {
      try appendForward(node, .convolution, forward, images, &weights, y)
    }
    let matrix = PlannedMatrixGradients(
      algorithm: algorithm, tile: tile, source: .halves(images), sourceStrides: read, gradientStrides: made,
      imageStrides: read)
    return PlannedGroup(
      source: images, y: y, primitive: forward, weights: weights, gradients: .matrixUnits(matrix))
  }

  private mutating func appendMatrixForward(
    _ own: MatrixForward, _ node: Graph.Node, _ images: ActivationTensor, _ weights: PlannedWeights,
    _ tile: WeightTile, _ y: ActivationTensor
  ) {
    let kernels = memory.reserve(own.kernelBytes)
    append(
      PackMatrixWeights(node.name + " pack weights", for: .forward(own), weights, tile, target: kernels),
      [kernels])
    append(
      MatrixForwardStep(
        node.name + " forward", own, source: images.buffer, kernels: kernels, target: y.buffer),
      [images.buffer, kernels, y.buffer])
  }

  /// Plans both gradients on matrix units.
  mutating func planMatrixGradients(
    _ matrix: PlannedMatrixGradients, _ node: Graph.Node, _ planned: PlannedGroup, _ gradient: BufferID
  ) throws {
    guard let weights = planned.weights, let source = planned.source, let id = node.inputs.first else {
      return
    }
    var targets = FindMatrixGradients.Targets()
    if !planned.isFrozen { (targets.weights, targets.bias) = (weights.parameter, weights.bias) }
    var kernels: BufferID?
    if learnsBelow(node) {
      targets.images = memory.reserve(source.layout.byteCount)
      let packed = memory.reserve(matrix.algorithm.kernelBytes)
      append(
        PackMatrixWeights(
          node.name + " pack backward weights", for: .gradient(matrix.algorithm), weights, matrix.tile,
          target: packed), [packed])
      kernels = packed
    }
    guard targets.weights != nil || targets.images != nil else { return }
    var arriving = planned.y
    arriving.buffer = gradient
    let scratch = memory.reserve(matrix.algorithm.scratchBytes)
    append(
      FindMatrixGradients(
        node.name + " backward", matrix, weights.quantizer, gradient: arriving, kernels: kernels, to: targets,
        scratch: scratch),
      [matrix.source.buffer, gradient, scratch] + [kernels, targets.images].compactMap { $0 })
    if targets.weights != nil, let quantizer = weights.quantizer {
      append(QuantizeWeightsBackward(quantizer, phase: phase), [])
    }
    if let images = targets.images { try passOn(images, source.layout, to: id, node) }
  }
}
