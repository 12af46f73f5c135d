import GraphIR
import Quantization

/// One layer of an integer model in exact arithmetic: what its output would be before rounding, from the same codes.
struct ExactLayer {
  /// The position on the output's grid, before clamping, under three accounts of the layer's constants.
  struct Position {
    /// With the bias as the float that training used.
    var real: Double
    /// With the bias in whole units of input scale × weight scale, as it is stored.
    var storedBias: Double
    /// With the constant of the residual's zero point in whole units too, as it is computed.
    var computed: Double
  }

  private let convolution: Convolution
  private let input: QuantizationParameters
  private let residual: QuantizationParameters?
  let output: QuantizationParameters
  private let activation: Activation?
  private let weights: [Int8]
  private let scales: [Float]
  private let storedBias: [Int32]
  private let realBias: [Float]
  private let source: Shape
  let shape: Shape

  /// Nil for a node that is no layer with weights whose output are codes; `folded` holds the float biases.
  init?(_ node: Graph.Node, in integer: Model, folded: Model) {
    guard let first = node.inputs.first, let bias = folded.parameters[node.name + ".bias"]?.floats,
      let weights = integer.parameters[node.name + ".weight"]?.int8s,
      let scales = integer.parameters[node.name + ".scale"]?.floats,
      let stored = integer.parameters[node.name + ".bias"]?.int32s
    else { return nil }
    switch node.operation {
    case .integerConvolution(let layer):
      (convolution, input, residual) = (layer.convolution, layer.input, layer.residual)
      (output, activation) = (layer.output, layer.activation)
      source = integer.graph.nodes[first].shape
    case .integerDense(let layer):
      guard let grid = layer.output else { return nil }
      convolution = Convolution(inputs: layer.dense.inputs, outputs: layer.dense.outputs, kernel: 1)
      (input, residual, output, activation) = (layer.input, nil, grid, layer.activation)
      source = .vector(layer.dense.inputs)
    case .input, .convolution, .batchNorm, .activation, .pool, .dense, .add, .flatten, .dropout,
      .fakeQuantize,
      .quantize, .dequantize, .requantize, .dynamicDense:
      return nil
    }
    (self.weights, self.scales, storedBias, realBias) = (weights, scales, stored, bias)
    shape = node.shape
  }

  /// The position of an element of a batch, row-major, from the codes of the layer's input and residual.
  func position(
    at element: Int, codes: UnsafeBufferPointer<UInt8>, residuals: UnsafeBufferPointer<UInt8>?
  ) -> Position {
    let image = element / shape.count
    let channel = element % shape.count / shape.spatial
    let sum = accumulate(
      codes, image: image, output: channel, row: element % shape.spatial / shape.width,
      column: element % shape.width)
    let unit = Double(input.scale) * Double(scales[channel])
    var value = Double(sum) * unit
    var drift = 0.0
    if let residual, let residuals {
      let constant = -Double(residual.scale) * Double(residual.zeroPoint)
      value += Double(residual.scale) * Double(residuals[element]) + constant
      drift = (constant / unit).rounded(.toNearestOrEven) * unit - constant
    }
    let stored = Double(storedBias[channel]) * unit
    return Position(
      real: place(value + Double(realBias[channel])), storedBias: place(value + stored),
      computed: place(value + stored + drift))
  }

  /// The code that a position comes to.
  func code(_ position: Double) -> Int {
    Int(
      min(max(position.rounded(.toNearestOrEven), Double(output.grid.minimum)), Double(output.grid.maximum)))
  }

  private func place(_ value: Double) -> Double {
    var value = value
    if let activation { value = min(max(value, 0), Double(activation.ceiling)) }
    return value / Double(output.scale) + Double(output.zeroPoint)
  }

  private func accumulate(
    _ codes: UnsafeBufferPointer<UInt8>, image: Int, output: Int, row: Int, column: Int
  ) -> Int {
    let (kernel, inputs) = (convolution.kernel, convolution.inputs / convolution.groups)
    let firstInput = output / (convolution.outputs / convolution.groups) * inputs
    var sum = 0
    for tapRow in 0..<kernel {
      let y = row * convolution.stride - convolution.padding + tapRow
      guard (0..<source.height).contains(y) else { continue }
      for tapColumn in 0..<kernel {
        let x = column * convolution.stride - convolution.padding + tapColumn
        guard (0..<source.width).contains(x) else { continue }
        for channel in 0..<inputs {
          let code = codes[
            ((image * source.channels + firstInput + channel) * source.height + y) * source.width + x]
          let weight = weights[((output * inputs + channel) * kernel + tapRow) * kernel + tapColumn]
          sum += (Int(code) - Int(input.zeroPoint)) * Int(weight)
        }
      }
    }
    return sum
  }
}
