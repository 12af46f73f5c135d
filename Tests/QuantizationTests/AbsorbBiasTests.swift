import GraphIR
import Quantization
import Testing

@Suite struct AbsorbBiasTests {
  @Test func aBiasBeforeBatchNormMovesIntoItsMeanAndTheFunctionStays() throws {
    var graph = Graph(architecture: "one", input: Shape(channels: 1, height: 4, width: 4))
    try graph.append("conv", .convolution(Convolution(inputs: 1, outputs: 2, kernel: 1)), 0)
    try graph.append("bn", .batchNorm(BatchNorm(channels: 2)), 1)
    try graph.append("last", .convolution(Convolution(inputs: 2, outputs: 1, kernel: 1)), 2)
    let model = Model(
      kind: .float, graph: graph,
      parameters: ParameterSet([
        "conv.weight": Tensor([0.5, -2], shape: [2, 1, 1, 1]), "conv.bias": Tensor([0.25, -3]),
        "bn.weight": Tensor([2, 0.5]), "bn.bias": Tensor([1, -1]), "bn.running_mean": Tensor([0.75, 1]),
        "bn.running_var": Tensor([0.5, 4]), "last.weight": Tensor([1, 1], shape: [1, 2, 1, 1]),
        "last.bias": Tensor([7]),
      ]))
    let absorbed = try absorbBiases(model)
    #expect(absorbed.parameters["conv.bias"] == nil)
    #expect(absorbed.parameters["bn.running_mean"]?.floats == [0.5, 4])
    // What no batch norm follows keeps its bias.
    #expect(absorbed.parameters["last.bias"]?.floats == [7])
    #expect(try foldBatchNorm(absorbed).parameters == foldBatchNorm(model).parameters)
    #expect(try absorbBiases(absorbed).graph == absorbed.graph)
  }
}
