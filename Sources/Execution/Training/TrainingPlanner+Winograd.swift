import CKernels
import GraphIR
import OneDNN

/// A layer's convolution in Winograd's form, and the tiles that its weights are kept in.
struct PlannedWinograd {
  var tiles: WinogradTiles
  var weights: ck_weight_tile
}

extension TrainingPlanner {
  /// Plans the convolution in the program's own Winograd kernels; nil where they don't serve it.
  mutating func planWinograd(
    _ convolution: Convolution, _ node: Graph.Node, _ source: ActivationTensor, _ group: LayerGroup,
    direct: Primitive
  ) throws -> PlannedGroup? {
    guard !convolution.hasBias, source.type == .float32, let from = direct.layout(.source),
      let to = direct.layout(.destination),
      let tiles = WinogradTiles(
        convolution, batch: batch, input: source.shape, from, output: node.shape, to)
    else { return nil }
    let stored = try TensorLayout.tiles(
      outputs: convolution.outputs, inputs: convolution.inputs, kernel: convolution.kernel, side: 8)
    guard let tile = stored.weightTile else { return nil }
    let read = try adapted(source, to: from, label: node.name + " input")
    let y = newTensor(to, node.shape)
    var weights = try planWeights(
      node, WeightForm(convolution), (stored, TensorLayout.plain(convolution.weightDimensions)), group: group,
      channels: y.paddedChannels)
    appendQuantization(of: &weights)
    let winograd = PlannedWinograd(tiles: tiles, weights: ck_weight_tile(tile))
    appendWinograd(node.name, winograd, weights, from: read.buffer, to: y.buffer, flips: false)
    return PlannedGroup(
      source: read, y: y, primitive: direct, weights: weights, gradients: .winograd(winograd))
  }

  /// The forward pass, or where `flips` that to the images' gradient: kernels at their points, then products.
  private mutating func appendWinograd(
    _ name: String, _ winograd: PlannedWinograd, _ weights: PlannedWeights, from source: BufferID,
    to target: BufferID, flips: Bool
  ) {
    let kernels = memory.reserve(winograd.tiles.kernelBytes)
    append(
      WinogradKernels(
        name + (flips ? " backward" : "") + " kernels", winograd.tiles, from: weights.used, winograd.weights,
        to: kernels, flips: flips),
      [kernels] + buffers(weights.used))
    let tiles = flips ? winograd.tiles.towardsInput : winograd.tiles
    let scratch = memory.reserve(tiles.scratchBytes)
    append(
      WinogradConvolve(
        name + (flips ? " backward data" : " forward"), tiles, from: source, kernels: .buffer(kernels),
        to: target, scratch: scratch), [source, kernels, target, scratch])
  }

  mutating func appendWinogradWeightsGradient(
    _ node: Graph.Node, _ winograd: PlannedWinograd, source: BufferID, gradient: BufferID,
    _ parameter: ParameterID
  ) {
    let kernels = memory.reserve(winograd.tiles.kernelBytes)
    let scratch = memory.reserve(winograd.tiles.scratchBytes)
    append(
      WinogradWeightsGradient(
        node.name + " backward weights", winograd.tiles, source: source, gradient: gradient,
        weights: parameter, winograd.weights, kernels: kernels, scratch: scratch),
      [source, gradient, kernels, scratch])
  }

  /// The images' gradient, in the layout that they were read in.
  mutating func planWinogradBackwardData(
    _ node: Graph.Node, _ winograd: PlannedWinograd, _ planned: PlannedGroup, _ weights: PlannedWeights,
    _ gradient: BufferID
  ) throws {
    guard let source = planned.source, let id = node.inputs.first else { return }
    let target = memory.reserve(source.layout.byteCount)
    appendWinograd(node.name, winograd, weights, from: gradient, to: target, flips: true)
    try passOn(target, source.layout, to: id, node)
  }
}
