/// Fresh parameters: He-uniform weights of variance 2/fan-out as torchvision's ResNet for batch-normalised
/// convolutions, PyTorch's default U(±1/√fan-in) for biased layers, γ = 1 and β = 0.
package func initialParameters(for graph: Graph, seed: UInt64) -> ParameterSet {
  var parameters = ParameterSet()
  for node in graph.nodes {
    var generator = SeededGenerator(seed: seed, purpose: "parameters " + node.name)
    func uniform(_ bound: Float, _ shape: [Int]) -> Tensor {
      Tensor((0..<shape.reduce(1, *)).map { _ in (2 * generator.uniform() - 1) * bound }, shape: shape)
    }
    switch node.operation {
    case .convolution(let convolution):
      let fanOut = Float(convolution.outputs / convolution.groups * convolution.kernel * convolution.kernel)
      let bound =
        convolution.hasBias ? 1 / Float(convolution.fanIn).squareRoot() : (6 / fanOut).squareRoot()
      parameters[node.name + ".weight"] = uniform(bound, convolution.weightShape)
      if convolution.hasBias { parameters[node.name + ".bias"] = uniform(bound, [convolution.outputs]) }
    case .dense(let dense):
      let bound = 1 / Float(dense.inputs).squareRoot()
      parameters[node.name + ".weight"] = uniform(bound, dense.weightShape)
      if dense.hasBias { parameters[node.name + ".bias"] = uniform(bound, [dense.outputs]) }
    case .batchNorm(let norm):
      parameters[node.name + ".weight"] = Tensor(repeating: 1, shape: [norm.channels])
      parameters[node.name + ".bias"] = Tensor(repeating: 0, shape: [norm.channels])
      parameters[node.name + ".running_mean"] = Tensor(repeating: 0, shape: [norm.channels])
      parameters[node.name + ".running_var"] = Tensor(repeating: 1, shape: [norm.channels])
    case .input, .activation, .pool, .add, .flatten, .dropout, .fakeQuantize, .quantize, .dequantize,
      .requantize,
      .integerConvolution, .integerDense, .dynamicDense:
      break
    }
  }
  return parameters
}
