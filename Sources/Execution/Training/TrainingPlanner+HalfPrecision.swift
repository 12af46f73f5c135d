import CKernels
import GraphIR
import OneDNN

extension TrainingPlanner {
  /// Type of a convolution's images and weights: floats where oneDNN has fast code for nothing shorter.
  func convolutionElement(_ sizes: ConvolutionSizes, hasBias: Bool) -> ElementType {
    guard precision == .bfloat16 else { return .float32 }
    let types = LayerEpilogue(.bfloat16, hasBias: hasBias)
    guard
      let forward = try? Primitive.convolution(.forwardTraining, sizes, types, LayerLayouts()),
      let backward = try? Primitive.convolution(
        .backwardWeights, sizes, types.forWeightsGradient,
        LayerLayouts(source: forward.layout(.source), destination: forward.layout(.destination)),
        forward: forward),
      !forward.isReference, !backward.isReference
    else { return .float32 }
    return .bfloat16
  }

  /// The used weights in bfloat16 in the layout that a primitive wants, with what stands in for them.
  mutating func halfWeights(_ weights: inout PlannedWeights, as wanted: TensorLayout, label: String) throws
    -> Operand
  {
    if let half = weights.half, half.layout.isSame(as: wanted) { return .buffer(half.buffer) }
    let target = memory.reserve(wanted.byteCount)
    weights.half = (target, wanted)
    let shape = parameters.entries[weights.parameter.index].shape
    if let pairing = WeightPairing(shape, weights.standIn, from: weights.layout, to: wanted) {
      append(
        PairWeights(
          label + " pair weights", pairing, weights: weights.parameter, weights.quantizer, target: target),
        [target])
      return .buffer(target)
    }
    appendQuantization(of: &weights)
    var source = (operand: weights.used, layout: weights.layout)
    if let standIn = weights.standIn {
      let gathered = memory.reserve(standIn.layout.byteCount)
      append(
        standIn.gather(label, from: weights.used, to: gathered), [gathered] + buffers(weights.used))
      source = (.buffer(gathered), standIn.layout)
    }
    try appendReorder(label + " weights", from: source.operand, source.layout, to: target, wanted)
    return .buffer(target)
  }

  /// The weights' gradient by Winograd's algorithm, which oneDNN has for floats alone.
  ///
  /// On planes of 4×4 to 8×8 it is faster than the direct one in bfloat16, even with both operands widened for it.
  func wideWeightsGradient(_ convolution: Convolution, _ sizes: ConvolutionSizes, _ forward: Primitive) throws
    -> (primitive: Primitive, weights: TensorLayout)?
  {
    guard sizes.suitsWinograd, max(sizes.outputPlane.height, sizes.outputPlane.width) <= 8,
      !convolution.hasBias,
      forward.layout(.source)?.type == .bfloat16, forward.layout(.source)?.channelBlock == 16,
      forward.layout(.destination)?.channelBlock == 16
    else { return nil }
    var sizes = sizes
    sizes.usesWinograd = true
    let wide = LayerLayouts(
      source: try TensorLayout.sixteens([
        batch, sizes.inputs, sizes.inputPlane.height, sizes.inputPlane.width,
      ]),
      destination: try TensorLayout.sixteens([
        batch, sizes.outputs, sizes.outputPlane.height, sizes.outputPlane.width,
      ]))
    guard
      let hint = try? Primitive.convolution(.forwardTraining, sizes, LayerEpilogue(), wide),
      let primitive = try? Primitive.convolution(
        .backwardWeights, sizes, LayerEpilogue(), wide, forward: hint),
      let weights = primitive.layout(.weightsGradient)
    else { return nil }
    return (primitive, weights)
  }

  /// A copy of bfloat16 activations or gradients as floats, in the same order.
  mutating func widened(_ buffer: BufferID, _ tensor: ActivationTensor, label: String) -> ActivationTensor {
    var copy = tensor
    copy.type = .float32
    copy.buffer = memory.reserve(4 * tensor.storedCount)
    append(
      WidenStep(label + " widen", from: buffer, to: copy.buffer, count: tensor.storedCount),
      [buffer, copy.buffer])
    return copy
  }
}

extension LayerEpilogue {
  /// A layer's training pass on images and weights of one type.
  init(_ element: ElementType, hasBias: Bool) {
    self.init()
    source = element
    weights = element
    destination = element
    bias = hasBias ? .float32 : nil
  }

  /// The same for the pass that finds the weights' gradient, which is always floats.
  var forWeightsGradient: LayerEpilogue {
    var types = self
    types.weights = .float32
    return types
  }
}
