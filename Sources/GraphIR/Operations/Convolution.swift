/// Two-dimensional convolution with square kernel, symmetric zero padding and groups.
///
/// Parameters: `NAME.weight` of shape [outputs, inputs / groups, kernel, kernel], `NAME.bias` [outputs].
package struct Convolution: Hashable, Sendable, Codable {
  package var inputs: Int
  package var outputs: Int
  package var kernel: Int
  package var stride: Int
  package var padding: Int
  package var groups: Int
  package var hasBias: Bool
  /// Grid that training rounds the weights to; nil in a float layer.
  package var weightGrid: QuantizationGrid?
  /// True where the scales of `weightGrid` are trained (LSQ), as `NAME.weight_scale`: one an output, or one value.
  package var learnsWeightScale = false
  /// How a float layer's weights are stored in a quantized model.
  package var storage = FloatStorage.float32

  package init(
    inputs: Int, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1,
    hasBias: Bool = true
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.groups = groups
    self.hasBias = hasBias
  }

  package var weightShape: [Int] { [outputs, inputs / groups, kernel, kernel] }
  package var fanIn: Int { inputs / groups * kernel * kernel }

  /// True where each output is one input times its weight, plus its bias.
  package var scalesChannels: Bool {
    kernel == 1 && stride == 1 && padding == 0 && groups == inputs && outputs == inputs
  }
}

extension Convolution: OperationTraits {
  package var shortName: String { "conv" }
  package var words: String { "conv " + sizes + storage.words }
  package var takesBatchNorm: Bool { true }
  package var carriesAddition: Bool { true }
  package var parameterCount: Int { outputs * fanIn + (hasBias ? outputs : 0) }
  package var storedWeights: StoredWeights? { .float(storage) }

  package var isPossible: Bool {
    [inputs, outputs, kernel, stride, groups].allSatisfy(Possible.extents.contains)
      && Possible.paddings.contains(padding) && weightGrid?.isPossible ?? true
  }

  /// "16 → 32, 3×3, stride 2".
  var sizes: String {
    var words = "\(inputs) → \(outputs), \(kernel)×\(kernel)"
    if stride != 1 { words += ", stride \(stride)" }
    if padding != 0 { words += ", padding \(padding)" }
    if groups != 1 { words += ", \(groups) groups" }
    return words
  }

  package func outputShape(_ shapes: [Shape], node: String) throws(ShapeError) -> Shape {
    let input = shapes[0]
    guard input.channels == inputs else {
      throw ShapeError(node: node, reason: "it takes \(inputs) channels, but its input has \(input.channels)")
    }
    guard inputs % groups == 0, outputs % groups == 0 else {
      throw ShapeError(
        node: node, reason: "\(inputs) and \(outputs) channels do not divide into \(groups) groups")
    }
    let height = slidingExtent(input.height, kernel: kernel, stride: stride, padding: padding)
    let width = slidingExtent(input.width, kernel: kernel, stride: stride, padding: padding)
    guard height > 0, width > 0 else {
      throw ShapeError(
        node: node,
        reason: "a \(kernel)×\(kernel) kernel does not fit into \(input.height)×\(input.width) "
          + "with padding \(padding)")
    }
    return Shape(channels: outputs, height: height, width: width)
  }
}

/// Number of positions of a window of `kernel` that moves by `stride` over `extent` padded on both sides.
package func slidingExtent(_ extent: Int, kernel: Int, stride: Int, padding: Int) -> Int {
  let room = extent + 2 * padding - kernel
  return room < 0 ? 0 : room / stride + 1
}
