import GraphIR

/// Parameters of learned quantization: scales of weights, and ends of activation ranges.
extension TrainingPlanner {
  mutating func addWeightScales(
    _ node: Graph.Node, _ grid: QuantizationGrid, outputs: Int, stored: Int, fanIn: Int, isFrozen: Bool
  ) -> TrainedWeightScales {
    let parameter = parameters.add(
      node.name + ".weight_scale", shape: [grid.perChannel ? outputs : 1], group: .scales,
      tempo: isFrozen ? .frozen : .body)
    let scales = TrainedWeightScales(
      grid: grid, outputs: outputs, stored: stored, fanIn: fanIn, parameter: parameter)
    weightScales.append(scales)
    return scales
  }

  /// The observer that a fake quantization node names; nodes that share the name share it.
  mutating func observer(of quantizer: FakeQuantize, features: Int) -> ActivationObserver {
    if let known = observers[quantizer.observer] { return known }
    let observer = ActivationObserver(quantizer, trained: trainedRange(of: quantizer, features: features))
    observers[quantizer.observer] = observer
    return observer
  }

  private mutating func trainedRange(of quantizer: FakeQuantize, features: Int) -> TrainedRange? {
    let parameter: ParameterID
    switch quantizer.method {
    case .observed: return nil
    case .learnedScale:
      parameter = parameters.add(quantizer.observer + ".scale", shape: [1], group: .scales)
    case .clippedActivation:
      parameter = parameters.add(quantizer.observer + ".alpha", shape: [1], group: .bounds)
    }
    return TrainedRange(quantizer.method, grid: quantizer.grid, features: features, parameter: parameter)
  }
}
