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
}
