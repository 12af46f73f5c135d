import Datasets
import Execution
import GraphIR
import Quantization
import Testing
import Training

/// One output by hand is the kernel's: its sum to the last integer, and its code but for ties.
@Suite struct MicroscopeTests {
  /// What was looked at, by the kind of layer.
  private struct Seen {
    var convolutions = 0, strided = 0, padded = 0, grouped = 0, dense = 0, averages = 0, maxima = 0
    var perTensor = 0, signed = 0, unsigned = 0, sums = 0, ties = 0
  }

  private static func data(_ network: RandomNetwork) throws -> Dataset {
    try loadDataset(
      DatasetRequest(name: "shapes", limit: 64, testLimit: 8, size: network.size, seed: network.seed))
  }

  @Test func everySumAndCodeOfRandomNetworksIsTheKernels() throws {
    var seen = Seen()
    for seed in UInt64(1000)..<1026 {
      let network = RandomNetwork(seed: seed)
      let data = try Self.data(network)
      guard let (_, integer) = try? RandomNetworkTrial.quantized(network, data) else { continue }
      var draw = SeededGenerator(seed: seed, purpose: "microscope")
      for id in integer.graph.nodes.indices where IntegerMicroscope.sees(id, in: integer.graph) {
        try look(at: id, of: integer, data, network, &draw, &seen)
      }
    }
    #expect(seen.convolutions > 15 && seen.dense > 10 && seen.averages > 1 && seen.maxima > 1, "\(seen)")
    #expect(seen.strided > 3 && seen.padded > 6 && seen.grouped > 0 && seen.perTensor > 2, "\(seen)")
    #expect(seen.signed > 3 && seen.unsigned > 0 && seen.sums > 200, "\(seen)")
    #expect(seen.ties < 5, "\(seen)")
  }

  private func look(
    at id: Graph.NodeID, of integer: Model, _ data: Dataset, _ network: RandomNetwork,
    _ draw: inout SeededGenerator, _ seen: inout Seen
  ) throws {
    let image = Int.random(in: 0..<data.test.count, using: &draw)
    let name = integer.graph.nodes[id].name
    let microscope = try #require(
      try IntegerMicroscope(id, of: integer, image: image, of: data.test, in: data), "\(network): \(name)")
    for _ in 0..<12 {
      let place = OutputPlace(
        channel: Int.random(in: 0..<microscope.shape.channels, using: &draw),
        row: Int.random(in: 0..<microscope.shape.height, using: &draw),
        column: Int.random(in: 0..<microscope.shape.width, using: &draw))
      let output = try #require(microscope.output(at: place))
      guard let code = output.code else {
        let value = microscope.kernelValue(at: place)
        #expect(abs(output.value - value) <= 1e-5 * max(abs(value), 1), "\(network): \(name)")
        continue
      }
      if output.distanceFromEdge > 0, output.distanceFromEdge < 1e-4,
        code != microscope.kernelCode(at: place)
      {
        seen.ties += 1
      } else {
        #expect(code == microscope.kernelCode(at: place), "\(network): \(name) at \(place)")
      }
    }
    count(integer.graph.nodes[id], &seen)
    try holdSums(of: id, in: integer, microscope, image, data, network, &draw, &seen)
  }

  private func count(_ node: Graph.Node, _ seen: inout Seen) {
    switch node.operation {
    case .integer(.convolution(let layer)):
      seen.convolutions += 1
      if layer.convolution.stride > 1 { seen.strided += 1 }
      if layer.convolution.padding > 0 { seen.padded += 1 }
      if layer.convolution.groups > 1 { seen.grouped += 1 }
      if layer.input.zeroPoint == 0 { seen.unsigned += 1 } else { seen.signed += 1 }
    case .integer(.dense): seen.dense += 1
    case .integer(.pool): seen.averages += 1
    default: seen.maxima += 1
    }
  }

  /// The engine's own kernel gives the sums themselves as codes where each step of the output is one unit of the sum and
  /// the bias takes one place's sum to 100: every other place of the channel then has 100 and the difference.
  private func holdSums(
    of id: Graph.NodeID, in integer: Model, _ microscope: IntegerMicroscope, _ image: Int, _ data: Dataset,
    _ network: RandomNetwork, _ draw: inout SeededGenerator, _ seen: inout Seen
  ) throws {
    let node = integer.graph.nodes[id]
    let name = node.name
    guard var biases = integer.parameters[name + ".bias"]?.int32s,
      let scales = integer.parameters[name + ".scale"]?.floats
    else { return }
    if Set(scales).count == 1 { seen.perTensor += 1 }
    let place = OutputPlace(
      channel: Int.random(in: 0..<microscope.shape.channels, using: &draw),
      row: Int.random(in: 0..<microscope.shape.height, using: &draw),
      column: Int.random(in: 0..<microscope.shape.width, using: &draw))
    let centre = try #require(microscope.output(at: place))
    biases[place.channel] = Int32(100 - centre.products - centre.correction)
    let unit = centre.input.scale * scales[place.channel]
    var counting = integer
    counting.graph = try Graph(counting: integer.graph, upTo: id, unit: unit)
    counting.parameters[name + ".bias"] = Tensor(shape: [biases.count], elements: .int32(biases))
    let own = try #require(
      try IntegerMicroscope(id, of: counting, image: image, of: data.test, in: data), "\(network): \(name)")
    for row in 0..<own.shape.height {
      for column in 0..<own.shape.width {
        let other = OutputPlace(channel: place.channel, row: row, column: column)
        let output = try #require(microscope.output(at: other))
        let sum = 100 + output.products + output.correction - centre.products - centre.correction
        #expect(own.kernelCode(at: other) == min(max(sum, 0), 255), "\(network): \(name) at \(other)")
        if (0...255).contains(sum) { seen.sums += 1 }
      }
    }
  }

  /// 2·3 + (−1)·(7 − 5)…: by hand on paper.
  @Test func theStepsAreThoseOfPaper() {
    let grid = QuantizationGrid(minimum: 0, maximum: 255, symmetric: false)
    let output = IntegerOutput(
      rule: .products(weightScale: 0.5, bias: -3),
      taps: [
        .init(channel: 0, row: 0, column: 0, code: 9, weight: 4),
        .init(channel: 0, row: 0, column: 1, code: 2, weight: -7),
      ], padding: 2, input: QuantizationParameters(scale: 0.25, zeroPoint: 5, grid: grid),
      residual: .init(code: 4, grid: QuantizationParameters(scale: 1, zeroPoint: 0, grid: grid)),
      output: QuantizationParameters(scale: 2, zeroPoint: 10, grid: grid), activation: .relu)
    // 36 − 14 = 22; −5·(4 − 7) = 15; with the bias 34; 0.25·0.5/2 = 0.0625; 2.125 + 4·0.5 = 4.125; 4 + 10.
    #expect(output.products == 22 && output.correction == 15 && output.sum == 34)
    #expect(output.multiplier == 0.0625 && output.scaled == 2.125 && output.added == 4.125)
    #expect(output.code == 14 && output.value == 8)
  }
}

extension Graph {
  /// The nodes up to one whose output counts its sum in steps of one unit, with nothing before or behind the sum.
  fileprivate init(counting graph: Graph, upTo last: NodeID, unit: Float) throws {
    self.init(
      architecture: graph.architecture, input: graph.inputShape, normalization: graph.normalization)
    let grid = QuantizationParameters(
      scale: unit, zeroPoint: 0, grid: QuantizationGrid(minimum: 0, maximum: 255, symmetric: false))
    for (id, node) in graph.nodes.enumerated().dropFirst().prefix(last) {
      var (operation, inputs) = (node.operation, node.inputs)
      if id == last {
        inputs = [node.inputs[0]]
        if case .integer(.convolution(var layer)) = operation {
          (layer.output, layer.residual, layer.activation) = (grid, nil, nil)
          operation = .integer(.convolution(layer))
        } else if case .integer(.dense(var layer)) = operation {
          (layer.output, layer.activation) = (grid, nil)
          operation = .integer(.dense(layer))
        }
      }
      try append(node.name, operation, inputs: inputs)
    }
  }
}
