import CKernels
import GraphIR
import OneDNN

extension TrainingPlanner {
  /// Type of a convolution's images and weights: floats where oneDNN has fast code for nothing shorter.
  func convolutionElement(_ sizes: ConvolutionSizes, hasBias: Bool) -> ElementType {
    guard precision == .bfloat16 else { return .float32 }
    let types = LayerEpilogue(.bfloat16, hasBias: hasBias)
    let primitive = try? Primitive.convolution(.forwardTraining, sizes, types, LayerLayouts())
    guard let primitive, !primitive.isReference else { return .float32 }
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
        PairWeights(label + " pair weights", pairing, weights: weights.used, target: target),
        [target] + buffers(weights.used))
      return .buffer(target)
    }
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
