import GraphIR
import Quantization
import Training

/// A quantization policy as PyTorch's configurations by layer.
struct PyTorchGrids {
  let policy: QuantizationPolicy
  let graph: Graph
  /// Nil while training, whose ranges are a moving average.
  var observer: ObserverKind?

  /// Lines that set a variable to the mapping.
  func lines(_ variable: String) -> [String] {
    let precisions = layerPrecisions(of: graph, policy: policy).sorted { $0.key < $1.key }
    let rest = LayerPrecision.integer(weights: policy.weightBits, activations: policy.activationBits)
    var lines = ["\(variable) = QConfigMapping().set_global(\(configuration(rest)))"]
    for (id, precision) in precisions where precision != rest {
      lines.append(
        "\(variable).set_module_name(\(python(graph.nodes[id].name)), \(configuration(precision)))")
    }
    return lines
  }

  private func configuration(_ precision: LayerPrecision) -> String {
    guard case .integer(let weights, let activations) = precision else { return "None" }
    let activation = policy.activationGrid(bits: activations, isPositive: true)
    let weight = policy.weightGrid(bits: weights)
    return """
      QConfig(
          activation=\(form(activation, isWeight: false)),
          weight=\(form(weight, isWeight: true)))
      """
  }

  private func form(_ grid: QuantizationGrid, isWeight: Bool) -> String {
    let integers =
      "\(grid.minimum), \(grid.maximum), symmetric=\(python(grid.symmetric))"
      + (grid.perChannel ? ", per_channel=True" : "")
    if observer != nil {
      return "observed(\(observerName(isWeight: isWeight, grid)), \(integers))"
    }
    // The weights of the moment decide their own scale: an average of constant 1.
    let name =
      grid.perChannel
      ? "observers.MovingAveragePerChannelMinMaxObserver" : "observers.MovingAverageMinMaxObserver"
    return "quantizer(\(name), \(integers), averaging_constant=\(isWeight ? "1.0" : "0.01"))"
  }

  private func observerName(isWeight: Bool, _ grid: QuantizationGrid) -> String {
    if isWeight { return grid.perChannel ? "observers.PerChannelMinMaxObserver" : "observers.MinMaxObserver" }
    return switch observer {
    case .minmax: "observers.MinMaxObserver"
    case .movingAverage: "observers.MovingAverageMinMaxObserver"
    case .histogram, .percentile, .entropy, .mse, nil: "observers.HistogramObserver"
    }
  }

  /// What of the policy PyTorch has no twin for.
  var gaps: [String] {
    var gaps: [String] = []
    switch policy.scheme {
    case .movingAverage: break
    case .learnedScale: gaps.append("LSQ, which trains scales: here they come from observers")
    case .clippedActivation:
      gaps.append("PACT, which trains the bound of activations: here it comes from observers")
    }
    if policy.powerOfTwo { gaps.append("scales that are powers of two: here they are any number") }
    if policy.backend == .tensorrt || policy.backend == .xnnpack {
      gaps.append(
        "the backend \(policy.backend.rawValue): fake quantization has its grids, convert_fx has no kernels for them"
      )
    }
    if policy.weightBits < 8 || policy.activationBits < 8 || policy.rules.contains(where: \.isNarrow) {
      gaps.append("integers of fewer than 8 bits: convert_fx stores them in whole bytes")
    }
    if policy.rules.contains(where: { if case .float(.float32) = $0.precision { false } else { $0.isFloat } })
    {
      gaps.append("layers stored in 16 bits: here they stay in 32")
    }
    switch observer {
    case .percentile, .entropy, .mse:
      gaps.append("the observer \(observer?.rawValue ?? ""): HistogramObserver stands in its place")
    case .minmax, .movingAverage, .histogram, nil: break
    }
    return gaps
  }
}

extension LayerRule {
  fileprivate var isNarrow: Bool {
    if case .integer(let weights, let activations) = precision {
      min(weights, activations) < 8
    } else {
      false
    }
  }

  fileprivate var isFloat: Bool { if case .float = precision { true } else { false } }
}
