import GraphIR
import Quantization

/// One layer of an integer model in exact arithmetic: what its output would be before rounding, from the same codes.
struct ExactLayer {
  /// Steps above the output's zero point, before rounding and clamping, under two accounts of the layer's bias.
  struct Position {
    /// With the bias of the fake-quantized model.
    var real: Double
    /// With the integer that is stored.
    var stored: Double
  }

  private let convolution: Convolution
  private let input: QuantizationParameters
  private let residual: QuantizationParameters?
  let output: QuantizationParameters
  private let activation: Rectifier?
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
    if case .integer(.convolution(let layer)) = node.operation {
      (convolution, input, residual) = (layer.convolution, layer.input, layer.residual)
      (output, activation) = (layer.output, layer.activation)
      source = integer.graph.nodes[first].shape
    } else if case .integer(.dense(let layer)) = node.operation, let grid = layer.output {
      convolution = Convolution(inputs: layer.dense.inputs, outputs: layer.dense.outputs, kernel: 1)
      (input, residual, output, activation) = (layer.input, nil, grid, layer.activation)
      source = .vector(layer.dense.inputs)
    } else {
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
    let value = Double(sum) * unit
    var (real, stored) = (value + Double(realBias[channel]), value + Double(storedBias[channel]) * unit)
    if let residual, let residuals {
      let code = Double(residuals[element])
      real += Double(residual.scale) * (code - Double(residual.zeroPoint))
      stored += Double(residual.scale) * code
    }
    return Position(real: place(real), stored: place(stored))
  }

  /// The code that a position comes to.
  func code(_ position: Double) -> Int {
    let code = position.rounded(.toNearestOrEven) + Double(output.zeroPoint)
    return Int(clamping: min(max(code, Double(output.grid.minimum)), Double(output.grid.maximum)))
  }

  private func place(_ value: Double) -> Double {
    var value = value
    if let activation { value = min(max(value, 0), Double(activation.ceiling)) }
    return value / Double(output.scale)
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
