package import GraphIR

/// The dynamically quantized model of a float one: dense layers get int8 weights with one scale each and round their
/// inputs to u8 with the range of the batch at hand; all others stay in float, batch norm folded.
///
/// Convolutions are left out: they would need the range of every input before each of them, a pass over all
/// activations that costs more than integers save, and one scale for a whole feature map loses accuracy. Throws where
/// the network has no dense layer.
package func quantizeDynamically(_ model: Model) throws(RewriteError) -> Model {
  let folded = try foldBatchNorm(model)
  var parameters = folded.parameters
  let graph = try folded.graph.rewritten { node throws(RewriteError) in
    guard case .dense(var dense) = node.operation else { return node.operation }
    let weight = try folded.parameter(node.name + ".weight")
    let scales = weightScales(of: weight.floats, outputs: dense.outputs, grid: dynamicWeightGrid)
    parameters[node.name + ".weight"] = Tensor(
      shape: weight.shape, elements: .int8(codes(weight.floats, scales)))
    parameters[node.name + ".scale"] = Tensor(scales)
    dense.hasBias = true
    return .integer(.dynamicDense(DynamicDense(dense: dense, input: dynamicInputGrid)))
  }
  guard graph.nodes.contains(where: \.operation.isDynamic) else {
    throw .noIntegerKernel(
      node: graph.nodes[graph.output].name, reason: "the network has no dense layer to quantize dynamically")
  }
  return Model(kind: .dynamic, graph: graph, parameters: parameters)
}

private let dynamicWeightGrid = QuantizationGrid(minimum: -127, maximum: 127, symmetric: true)
private let dynamicInputGrid = QuantizationGrid(minimum: 0, maximum: 255, symmetric: false)

private func codes(_ weights: [Float], _ scales: [Float]) -> [Int8] {
  let rest = weights.count / scales.count
  return weights.enumerated().map { index, value in
    max(Int8(clamping: (value / scales[index / rest]).rounded(.toNearestOrEven)), -127)
  }
}

extension Operation {
  /// True for a dense layer whose input is quantized as it comes.
  package var isDynamic: Bool {
    if case .integer(.dynamicDense) = self { true } else { false }
  }
}

/// Weights of a network, and multiplications for one image, in dense layers and in all.
package struct DenseShare: Hashable, Sendable {
  package var denseWeights = 0
  package var weights = 0
  package var denseProducts = 0
  package var products = 0

  package init(of graph: Graph) {
    for node in graph.nodes {
      if case .convolution(let convolution) = node.operation {
        let count = convolution.weightShape.reduce(1, *)
        weights += count
        products += count * node.shape.spatial
      } else if case .dense(let dense) = node.operation {
        denseWeights += dense.inputs * dense.outputs
        weights += dense.inputs * dense.outputs
        denseProducts += dense.inputs * dense.outputs
        products += dense.inputs * dense.outputs
      }
    }
  }
}
