import GraphIR
import Quantization

/// A place in a layer's output, counted from 0 as a tensor's indices are.
package struct OutputPlace: Sendable, Equatable {
  package var channel: Int
  package var row: Int
  package var column: Int

  package init(channel: Int, row: Int, column: Int) {
    (self.channel, self.row, self.column) = (channel, row, column)
  }

  func index(in shape: Shape) -> Int { (channel * shape.height + row) * shape.width + column }
}

/// Where an integer layer reads for one output, and with which weights.
struct IntegerWindow {
  private let layer: Layer
  private let source: Shape

  private enum Layer {
    case products(Convolution, Constants)
    case pooling(Pooling)
  }

  private struct Constants {
    var weights: [Int8]
    var scales: [Float]
    var biases: [Int32]

    init(_ layer: String, in model: Model) throws(RewriteError) {
      weights = try model.parameter(layer + ".weight").int8s
      scales = try model.parameter(layer + ".scale").floats
      biases = try model.parameter(layer + ".bias").int32s
    }
  }

  private let input, output: QuantizationParameters?
  private let residual: QuantizationParameters?
  private let activation: Rectifier?

  /// Nil for a node that computes nothing on codes, or nothing but a table.
  init?(_ id: Graph.NodeID, in model: Model) throws {
    let node = model.graph.nodes[id]
    guard let first = node.inputs.first else { return nil }
    source = model.graph.nodes[first].shape
    switch node.operation {
    case .integer(.convolution(let layer)):
      self.layer = .products(layer.convolution, try Constants(node.name, in: model))
      (input, output, residual) = (layer.input, layer.output, layer.residual)
      activation = layer.activation
    case .integer(.dense(let layer)):
      let convolution = Convolution(inputs: layer.dense.inputs, outputs: layer.dense.outputs, kernel: 1)
      self.layer = .products(convolution, try Constants(node.name, in: model))
      (input, output, residual, activation) = (layer.input, layer.output, nil, layer.activation)
    case .integer(.pool(let layer)):
      self.layer = .pooling(layer.pooling)
      (input, output, residual, activation) = (layer.input, layer.output, nil, layer.activation)
    case .pool(let pooling):
      guard pooling.kind == .maximum, let grid = model.graph.codeGrid(of: id) else { return nil }
      self.layer = .pooling(pooling)
      (input, output, residual, activation) = (grid, grid, nil, nil)
    default: return nil
    }
  }

  /// `codes` and `residuals` are what the layer reads, row-major.
  func output(at place: OutputPlace, of shape: Shape, codes: [UInt8], residuals: [UInt8]?) -> IntegerOutput? {
    guard let input else { return nil }
    var result = IntegerOutput(
      rule: .maximum, taps: [], padding: 0, input: input, output: output, activation: activation)
    switch layer {
    case .products(let convolution, let constants):
      guard constants.scales.indices.contains(place.channel) else { return nil }
      result.rule = .products(
        weightScale: constants.scales[place.channel], bias: Int(constants.biases[place.channel]))
      gather(convolution, constants.weights, at: place, codes, into: &result)
    case .pooling(let pooling):
      let extent = pooling.global ? (source.height, source.width) : (pooling.kernel, pooling.kernel)
      if pooling.kind == .average { result.rule = .average(places: extent.0 * extent.1) }
      gather(pooling, extent, at: place, codes, into: &result)
    }
    if let residual, let residuals {
      result.residual = .init(code: Int(residuals[place.index(in: shape)]), grid: residual)
    }
    return result
  }

  private func gather(
    _ convolution: Convolution, _ weights: [Int8], at place: OutputPlace, _ codes: [UInt8],
    into result: inout IntegerOutput
  ) {
    let (kernel, inputs) = (convolution.kernel, convolution.inputs / convolution.groups)
    let first = place.channel / (convolution.outputs / convolution.groups) * inputs
    // A dense layer reads a vector, whatever planes it was flattened from.
    let plane = source.channels == convolution.inputs ? source : .vector(source.count)
    for channel in 0..<inputs {
      for tapRow in 0..<kernel {
        for tapColumn in 0..<kernel {
          let row = place.row * convolution.stride - convolution.padding + tapRow
          let column = place.column * convolution.stride - convolution.padding + tapColumn
          guard (0..<plane.height).contains(row), (0..<plane.width).contains(column) else {
            result.padding += 1
            continue
          }
          let read = OutputPlace(channel: first + channel, row: row, column: column)
          let weight = weights[((place.channel * inputs + channel) * kernel + tapRow) * kernel + tapColumn]
          result.taps.append(tap(read, in: plane, codes, weight: Int(weight)))
        }
      }
    }
  }

  private func gather(
    _ pooling: Pooling, _ extent: (Int, Int), at place: OutputPlace, _ codes: [UInt8],
    into result: inout IntegerOutput
  ) {
    let (stride, padding) = pooling.global ? (1, 0) : (pooling.stride, pooling.padding)
    for tapRow in 0..<extent.0 {
      for tapColumn in 0..<extent.1 {
        let (row, column) = (
          place.row * stride - padding + tapRow, place.column * stride - padding + tapColumn
        )
        guard (0..<source.height).contains(row), (0..<source.width).contains(column) else {
          result.padding += 1
          continue
        }
        let read = OutputPlace(channel: place.channel, row: row, column: column)
        result.taps.append(tap(read, in: source, codes, weight: 1))
      }
    }
  }

  private func tap(_ place: OutputPlace, in shape: Shape, _ codes: [UInt8], weight: Int) -> IntegerOutput.Tap
  {
    .init(
      channel: place.channel, row: place.row, column: place.column,
      code: Int(codes[place.index(in: shape)]), weight: weight)
  }
}
