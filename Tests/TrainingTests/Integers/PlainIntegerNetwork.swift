import GraphIR

/// A stored integer model computed again by its definition.
///
/// Loops over graph, codes and constants, one image at a time, sums in 64 bits, everything else in Double. It shares no
/// code with the engine.
struct PlainIntegerNetwork {
  /// What a node has computed for one image.
  enum Value {
    case codes([Int])
    case floats([Double])

    var codes: [Int] { if case .codes(let codes) = self { codes } else { [] } }
    var floats: [Double] { if case .floats(let floats) = self { floats } else { [] } }
  }

  /// A node's output in exact arithmetic.
  struct Output {
    var value: Value
    /// Steps above the zero point before rounding and clamping, of codes that were rounded.
    var steps: [Double] = []
  }

  let graph: Graph
  let parameters: ParameterSet

  init(_ model: Model) { (graph, parameters) = (model.graph, model.parameters) }

  /// The logits of an image of standardised pixels.
  func logits(_ pixels: [Float]) -> [Double] {
    var values: [Value] = []
    for (id, node) in graph.nodes.enumerated() {
      let inputs = id == 0 ? [.floats(pixels.map { Double($0) })] : node.inputs.map { values[$0] }
      values.append(output(of: id, inputs).value)
    }
    return values[graph.output].floats
  }

  /// The output of one node from what it reads.
  func output(of id: Graph.NodeID, _ inputs: [Value]) -> Output {
    let node = graph.nodes[id]
    let shape = node.inputs.first.map { graph.nodes[$0].shape } ?? node.shape
    let first = inputs.first ?? .floats([])
    switch node.operation {
    case .input: return Output(value: first)
    case .integer(.quantize(let grid)): return rounded(first.floats.map { $0 / Double(grid.scale) }, to: grid)
    case .integer(.dequantize(let grid)): return Output(value: .floats(real(first.codes, grid)))
    case .integer(.requantize(let table)):
      return rounded(
        real(first.codes, table.input).map { activated($0, table.activation) / Double(table.output.scale) },
        to: table.output)
    case .integer(.pool(let layer)):
      let whole = first.codes.map { Double($0 - Int(layer.input.zeroPoint)) }
      let means = pooled(whole, shape, node.shape, layer.pooling)
      return rounded(
        means.map {
          activated($0 * Double(layer.input.scale), layer.activation) / Double(layer.output.scale)
        },
        to: layer.output)
    case .integer(.convolution(let layer)):
      let sums = sums(
        first.codes.map { $0 - Int(layer.input.zeroPoint) }, layer.convolution, shape, node.shape,
        integers(node.name + ".weight"))
      var values = scaled(sums, node.name, inputScale: layer.input.scale, plane: node.shape.spatial)
      if let grid = layer.residual {
        // The bias has taken out the residual's zero point.
        for (index, code) in inputs[1].codes.enumerated() {
          values[index] += Double(code) * Double(grid.scale)
        }
      }
      return rounded(
        values.map { activated($0, layer.activation) / Double(layer.output.scale) }, to: layer.output)
    case .integer(.dense(let layer)):
      let dense = Convolution(inputs: layer.dense.inputs, outputs: layer.dense.outputs, kernel: 1)
      let sums = sums(
        first.codes.map { $0 - Int(layer.input.zeroPoint) }, dense, .vector(dense.inputs), node.shape,
        integers(node.name + ".weight"))
      let values = scaled(sums, node.name, inputScale: layer.input.scale, plane: 1).map {
        activated($0, layer.activation)
      }
      guard let output = layer.output else { return Output(value: .floats(values)) }
      return rounded(values.map { $0 / Double(output.scale) }, to: output)
    case .pool(let pooling):
      if case .codes(let codes) = first {
        return Output(
          value: .codes(pooled(codes.map(Double.init), shape, node.shape, pooling).map { Int($0) }))
      }
      return Output(value: .floats(pooled(first.floats, shape, node.shape, pooling)))
    case .flatten, .dropout: return Output(value: first)
    case .activation(let activation):
      return Output(value: .floats(first.floats.map { activated($0, activation) }))
    case .add: return Output(value: .floats(zip(first.floats, inputs[1].floats).map { $0 + $1 }))
    case .convolution(let convolution):
      return Output(value: .floats(floatSums(first.floats, convolution, shape, node)))
    case .dense(let dense):
      let convolution = Convolution(inputs: dense.inputs, outputs: dense.outputs, kernel: 1)
      return Output(value: .floats(floatSums(first.floats, convolution, .vector(dense.inputs), node)))
    case .batchNorm, .fakeQuantize, .integer(.dynamicDense): return Output(value: .floats([]))
    }
  }

  private func rounded(_ steps: [Double], to grid: QuantizationParameters) -> Output {
    Output(value: .codes(steps.map { Self.code($0, grid) }), steps: steps)
  }

  /// z + rint(steps), clamped.
  static func code(_ steps: Double, _ grid: QuantizationParameters) -> Int {
    let code = steps.rounded(.toNearestOrEven) + Double(grid.zeroPoint)
    return Int(min(max(code, Double(grid.grid.minimum)), Double(grid.grid.maximum)))
  }

  private func real(_ codes: [Int], _ grid: QuantizationParameters) -> [Double] {
    codes.map { Double($0 - Int(grid.zeroPoint)) * Double(grid.scale) }
  }

  private func activated(_ value: Double, _ rectifier: Rectifier?) -> Double {
    activated(value, rectifier.map(Activation.rectifier))
  }

  /// NaN, which is no code's value, for a curve that is not known here.
  private func activated(_ value: Double, _ activation: Activation?) -> Double {
    switch activation {
    case nil: value
    case .rectifier(.relu): max(value, 0)
    case .rectifier(.relu6): min(max(value, 0), 6)
    case .curve(let curve) where curve.name == "leakyrelu":
      value > 0 ? value : value * Double(curve.arguments[0])
    case .curve(let curve) where curve.name == "hardswish": value * min(max(value + 3, 0), 6) / 6
    case .curve: .nan
    }
  }

  private func integers(_ name: String) -> [Int] { (parameters[name]?.int8s ?? []).map(Int.init) }

  /// (Σ + bias)·(input scale·weight scale).
  private func scaled(_ sums: [Int64], _ layer: String, inputScale: Float, plane: Int) -> [Double] {
    let scales = parameters[layer + ".scale"]?.floats ?? []
    let biases = parameters[layer + ".bias"]?.int32s ?? []
    return sums.enumerated().map { index, sum in
      let channel = index / plane
      return Double(sum + Int64(biases[channel])) * Double(inputScale) * Double(scales[channel])
    }
  }

  private func floatSums(
    _ x: [Double], _ convolution: Convolution, _ input: Shape, _ node: Graph.Node
  ) -> [Double] {
    let weights = (parameters[node.name + ".weight"]?.floats ?? []).map { Double($0) }
    let biases = parameters[node.name + ".bias"]?.floats ?? []
    var result = [Double](repeating: 0, count: node.shape.count)
    forEachProduct(convolution, input, node.shape) { to, from, weight in
      result[to] += x[from] * weights[weight]
    }
    for index in result.indices where !biases.isEmpty {
      result[index] += Double(biases[index / node.shape.spatial])
    }
    return result
  }

  private func sums(
    _ x: [Int], _ convolution: Convolution, _ input: Shape, _ output: Shape, _ weights: [Int]
  ) -> [Int64] {
    var result = [Int64](repeating: 0, count: output.count)
    x.withUnsafeBufferPointer { x in
      weights.withUnsafeBufferPointer { weights in
        result.withUnsafeMutableBufferPointer { result in
          forEachProduct(convolution, input, output) { to, from, weight in
            result[to] += Int64(x[from]) * Int64(weights[weight])
          }
        }
      }
    }
    return result
  }

  /// Output, input and weight of every product of a convolution, padding left out.
  @inline(__always)
  private func forEachProduct(
    _ c: Convolution, _ input: Shape, _ output: Shape, _ body: (Int, Int, Int) -> Void
  ) {
    let (inputs, outputs) = (c.inputs / c.groups, c.outputs / c.groups)
    for channel in 0..<c.outputs {
      for other in 0..<inputs {
        let source = channel / outputs * inputs + other
        for tapRow in 0..<c.kernel {
          for tapColumn in 0..<c.kernel {
            let weight = ((channel * inputs + other) * c.kernel + tapRow) * c.kernel + tapColumn
            for row in 0..<output.height {
              let y = row * c.stride - c.padding + tapRow
              if y < 0 || y >= input.height { continue }
              for column in 0..<output.width {
                let x = column * c.stride - c.padding + tapColumn
                if x < 0 || x >= input.width { continue }
                body(
                  (channel * output.height + row) * output.width + column,
                  (source * input.height + y) * input.width + x, weight)
              }
            }
          }
        }
      }
    }
  }

  /// Maxima without padding, averages with zeros for it.
  private func pooled(_ x: [Double], _ input: Shape, _ output: Shape, _ pooling: Pooling) -> [Double] {
    let (down, right) = pooling.global ? (input.height, input.width) : (pooling.kernel, pooling.kernel)
    let (stride, padding) = pooling.global ? (1, 0) : (pooling.stride, pooling.padding)
    var result: [Double] = []
    for channel in 0..<output.channels {
      for row in 0..<output.height {
        for column in 0..<output.width {
          var (sum, most) = (0.0, -Double.infinity)
          for y in row * stride - padding..<row * stride - padding + down where 0..<input.height ~= y {
            for x in column * stride - padding..<column * stride - padding + right where 0..<input.width ~= x
            {
              let value = x >= 0 ? value(at: channel, y, x) : 0
              sum += value
              most = max(most, value)
            }
          }
          result.append(pooling.kind == .maximum ? most : sum / Double(down * right))
        }
      }
    }
    return result

    func value(at channel: Int, _ row: Int, _ column: Int) -> Double {
      x[(channel * input.height + row) * input.width + column]
    }
  }
}
