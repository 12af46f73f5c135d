/// How fresh weights are drawn; batch norm begins with γ = 1 and β = 0.
package enum Initialization: Sendable, Equatable {
  /// Variance 2/fan-out for convolutions without bias, as torchvision's ResNet; PyTorch's default U(±1/√fan-in) for
  /// layers with bias.
  case byLayer
  /// Variance 2/fan-out for every convolution, N(0, deviation²) for dense layers, biases 0: torchvision's MobileNetV2
  /// and VGG.
  case fanOut(denseDeviation: Float)
}

/// Fresh parameters of a graph, as its architecture draws them; of other graphs by layer.
///
/// Uniform draws have the variance that the source gives for normal ones. `layers` names the nodes whose parameters are
/// wanted; each has the same whatever the others are.
package func initialParameters(
  for graph: Graph, seed: UInt64, layers: Set<String>? = nil
) -> ParameterSet {
  let initialization = Architecture.named(graph.architecture)?.initialization ?? .byLayer
  var parameters = ParameterSet()
  for node in graph.nodes where layers?.contains(node.name) ?? true {
    var generator = SeededGenerator(seed: seed, purpose: "parameters " + node.name)
    func uniform(_ bound: Float, _ shape: [Int]) -> Tensor {
      Tensor((0..<shape.reduce(1, *)).map { _ in (2 * generator.uniform() - 1) * bound }, shape: shape)
    }
    switch node.operation {
    case .convolution(let convolution):
      let bounds = initialization.bounds(convolution)
      parameters[node.name + ".weight"] = uniform(bounds.weight, convolution.weightShape)
      if convolution.hasBias { parameters[node.name + ".bias"] = uniform(bounds.bias, [convolution.outputs]) }
    case .dense(let dense):
      let bounds = initialization.bounds(dense)
      parameters[node.name + ".weight"] = uniform(bounds.weight, dense.weightShape)
      if dense.hasBias { parameters[node.name + ".bias"] = uniform(bounds.bias, [dense.outputs]) }
    case .batchNorm(let norm):
      parameters[node.name + ".weight"] = Tensor(repeating: 1, shape: [norm.channels])
      parameters[node.name + ".bias"] = Tensor(repeating: 0, shape: [norm.channels])
      parameters[node.name + ".running_mean"] = Tensor(repeating: 0, shape: [norm.channels])
      parameters[node.name + ".running_var"] = Tensor(repeating: 1, shape: [norm.channels])
    case .input, .activation, .pool, .add, .flatten, .dropout, .fakeQuantize, .integer: break
    }
  }
  return parameters
}

extension Initialization {
  /// Largest magnitudes of a convolution's uniform draws.
  fileprivate func bounds(_ convolution: Convolution) -> (weight: Float, bias: Float) {
    let fanOut = Float(convolution.outputs / convolution.groups * convolution.kernel * convolution.kernel)
    let kaiming = (6 / fanOut).squareRoot()
    switch self {
    case .byLayer:
      let fanIn = 1 / Float(convolution.fanIn).squareRoot()
      return convolution.hasBias ? (fanIn, fanIn) : (kaiming, 0)
    case .fanOut: return (kaiming, 0)
    }
  }

  fileprivate func bounds(_ dense: Dense) -> (weight: Float, bias: Float) {
    switch self {
    case .byLayer:
      let fanIn = 1 / Float(dense.inputs).squareRoot()
      return (fanIn, fanIn)
    case .fanOut(let deviation): return (deviation * Float(3).squareRoot(), 0)
    }
  }
}
