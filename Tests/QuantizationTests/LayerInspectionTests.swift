import GraphIR
import Quantization
import Testing

@Suite struct LayerInspectionTests {
  @Test func figuresAreThoseOfHandArithmetic() throws {
    var graph = Graph(architecture: "one", input: .vector(2))
    var dense = Dense(inputs: 2, outputs: 2, hasBias: false)
    dense.weightGrid = QuantizationGrid(minimum: -1, maximum: 1, symmetric: true, perChannel: true)
    dense.learnsWeightScale = true
    try graph.append("fc", .dense(dense), 0)
    let model = Model(
      kind: .fakeQuantized, graph: graph,
      parameters: ParameterSet([
        "fc.weight": Tensor([0.5, -2, 0.75, 0.25], shape: [2, 2]), "fc.weight_scale": Tensor([1, 0.5]),
      ]))
    let layer = try #require(try inspections(of: model).first)
    let weights = try #require(layer.weights)
    // At scale 1: 0.5 → 0 (ties to even), −2 → −1, clipped; at 0.5: 1.5 → 2, clipped to 1, and 0.5 → 0.
    let loss = try #require(weights.loss)
    #expect(loss.clipped == 0.5)
    #expect(loss.noise == 0.25 + 1 + 0.0625 + 0.0625)
    #expect(loss.power == 0.25 + 4 + 0.5625 + 0.0625)
    #expect(layer.stored == .integer(bits: 2))
    #expect((weights.leastScale, weights.greatestScale) == (0.5, 1))
    #expect((weights.leastValue, weights.greatestValue) == (-2, 0.75))
    #expect(layer.output == nil)
  }

  /// Values on a fine mesh from end to end of a grid; and weights that all lie at its ends, which exceed it.
  @Test(arguments: [2, 3, 4, 8])
  func evenlySpreadValuesHaveTheRatioThatIsSaidOfThem(bits: Int) throws {
    func weights(_ values: [Float]) throws -> LayerInspection.Weights {
      var graph = Graph(architecture: "one", input: .vector(values.count))
      var dense = Dense(inputs: values.count, outputs: 1, hasBias: false)
      let edge = 1 << (bits - 1) - 1
      dense.weightGrid = QuantizationGrid(minimum: -edge, maximum: edge, symmetric: true)
      try graph.append("fc", .dense(dense), 0)
      let model = Model(
        kind: .fakeQuantized, graph: graph,
        parameters: ParameterSet(["fc.weight": Tensor(values, shape: [1, values.count])]))
      return try #require(try inspections(of: model).first?.weights)
    }
    let even = try weights((0...100_000).map { Float($0) / 50_000 - 1 })
    let found = try #require(even.loss?.signalToNoise)
    #expect(abs(found - even.evenSpreadRatio) < 0.01)
    let atTheEnds = try weights((0..<64).map { $0 % 2 == 0 ? 1 : -0.97 })
    #expect(try #require(atTheEnds.loss?.signalToNoise) > atTheEnds.evenSpreadRatio)
  }
}

@Suite struct IntegerInspectionTests {
  private func model(_ scale: [Float]) throws -> Model {
    var graph = Graph(architecture: "one", input: .vector(2))
    let input = QuantizationParameters(
      scale: 1, zeroPoint: 0, grid: QuantizationGrid(minimum: 0, maximum: 255, symmetric: false))
    try graph.append("quantize", .integer(.quantize(input)), 0)
    let dense = Dense(inputs: 2, outputs: 2, hasBias: true)
    try graph.append("fc", .integer(.dense(IntegerDense(dense: dense, input: input, weightBits: 3))), 1)
    return Model(
      kind: .integer, graph: graph,
      parameters: ParameterSet([
        "fc.weight": Tensor(shape: [2, 2], elements: .int8([3, -3, 1, 0])), "fc.scale": Tensor(scale),
        "fc.bias": Tensor(shape: [2], elements: .int32([0, 0])),
      ]))
  }

  @Test func integersAloneTellTheirGridAndValues() throws {
    let layer = try #require(try inspections(ofIntegers: model([0.5, 2]), source: nil).first)
    #expect(layer.layer == "fc" && layer.stored == .integer(bits: 3))
    let weights = try #require(layer.weights)
    #expect((weights.grid.minimum, weights.grid.maximum) == (-3, 3))
    #expect((weights.leastValue, weights.greatestValue) == (-1.5, 2))
    #expect((weights.leastScale, weights.greatestScale) == (0.5, 2))
    #expect(weights.loss == nil && layer.output == nil)
  }

  @Test func besideTheFloatWeightsTheLossIsThatOfHandArithmetic() throws {
    var graph = Graph(architecture: "one", input: .vector(2))
    try graph.append("fc", .dense(Dense(inputs: 2, outputs: 2, hasBias: false)), 0)
    let source = Model(
      kind: .float, graph: graph,
      parameters: ParameterSet(["fc.weight": Tensor([1.25, -2.5, 2, 0.5], shape: [2, 2])]))
    let layer = try #require(try inspections(ofIntegers: model([0.5, 2]), source: source).first)
    let loss = try #require(layer.weights?.loss)
    // −2.5 lies beyond −3·0.5; 1.25 became 1.5, 0.5 became 0.
    #expect(loss.clipped == 0.25)
    #expect(loss.noise == 0.0625 + 1 + 0 + 0.25)
    #expect(loss.power == 1.5625 + 6.25 + 4 + 0.25)
  }
}
