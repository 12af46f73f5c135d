package import GraphIR

/// Folds batch norm into the layers of a fake-quantized model and keeps their grids: a model of the same function whose
/// weights and biases are those before rounding, so that each can be set beside a folded float model's by its name.
///
/// Dropout, which passes everything on, goes. Batch norm that stands alone stays.
package func foldKeepingGrids(_ model: Model) throws(RewriteError) -> Model {
  let plain = try foldBatchNorm(
    Model(kind: .float, graph: try removeFakeQuantization(model.graph), parameters: model.parameters))
  var operations: [String: Operation] = [:]
  for node in plain.graph.nodes { operations[node.name] = node.operation }
  var folded = model
  folded.graph = try model.graph.rewritten { node in
    if case .fakeQuantize = node.operation { return node.operation }
    guard let operation = operations[node.name] else { return nil }
    return operation.roundingWeights(
      to: node.operation.weightGrid, learnsScale: node.operation.learnsWeightScale,
      storage: node.operation.floatStorage)
  }
  folded.parameters = plain.parameters
  for case .fakeQuantize(let quantizer) in folded.graph.nodes.map(\.operation) {
    folded.parameters.carry(of: quantizer.observer, from: model.parameters)
  }
  for node in folded.graph.nodes {
    let scale = node.name + weightScaleSuffix
    folded.parameters[scale] = model.parameters[scale]
  }
  return folded
}

/// What a layer's trained weight scales are called behind its name.
let weightScaleSuffix = ".weight_scale"

extension Operation {
  fileprivate var learnsWeightScale: Bool {
    switch self {
    case .convolution(let convolution): convolution.learnsWeightScale
    case .dense(let dense): dense.learnsWeightScale
    case .input, .batchNorm, .activation, .pool, .add, .flatten, .dropout, .fakeQuantize, .integer: false
    }
  }
}

extension ParameterSet {
  fileprivate mutating func carry(of observer: String, from other: ParameterSet) {
    for name in [".min_val", ".max_val", ".scale", ".alpha"] {
      if let tensor = other[observer + name] { self[observer + name] = tensor }
    }
  }
}
