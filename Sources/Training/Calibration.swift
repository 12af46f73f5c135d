package import Datasets
package import GraphIR
package import Quantization

/// The batches that calibration can draw from: `batches` whole ones of `batchSize`, or as many as there are.
package struct CalibrationBatches: Hashable, Sendable {
  package var count: Int
  package var size: Int

  package init(count: Int, size: Int, of images: ImageSet) {
    self.size = max(min(size, images.count), 1)
    self.count = min(count, max(images.count / self.size, 1))
  }

  package var images: Int { count * size }
}

/// Static post-training quantization up to its ranges: a float model in, the same network with fake quantization out,
/// the range of every activation set by an observer that watched the float model.
///
/// The float model runs in inference mode over shuffled training images, none twice, without augmentation. `progress` gets batches done and batches in all; nil where it was cancelled.
package func calibrate(
  _ model: Model, on data: Dataset, policy: QuantizationPolicy, observer: ObserverKind,
  batches: CalibrationBatches, seed: UInt64, cancellation: Cancellation,
  progress: (Int, Int) throws -> Void = { _, _ in }
) throws -> Model? {
  try check(model, fits: data.training, classes: data.classNames.count)
  let folded = try foldBatchNorm(model)
  var prepared = Model(
    kind: .fakeQuantized, graph: try prepare(model.graph, policy: policy), parameters: model.parameters)
  let watched = watchedTensors(of: prepared.graph, in: folded.graph)
  let plan = try CalibrationPlan(
    folded, data: data, batches: batches, seed: seed, capturing: watched.map(\.source))
  // The range of images is known: whatever an observer would cut off at their ends is real.
  var observers = watched.map { ($0.isInput ? .minmax : observer).makeObserver() }
  let done = try plan.forEachBatch(cancellation: cancellation, progress: progress) { plan in
    for (index, tensor) in watched.enumerated() {
      guard let values = plan.values(of: tensor.source) else { continue }
      observers[index].observe(values, shape: [values.count])
    }
  }
  guard done else { return nil }
  for (tensor, observer) in zip(watched, observers) {
    guard let range = observer.ranges(on: tensor.quantizer.grid).first else { continue }
    prepared.parameters.setRange(range, of: tensor.quantizer)
  }
  return prepared
}

/// An observed activation: its quantizer, and the node of the folded float graph that computes it.
private struct WatchedTensor {
  var quantizer: FakeQuantize
  var source: Graph.NodeID
  /// True for the images themselves.
  var isInput: Bool
}

/// Groups of both graphs begin with nodes of the same names.
private func watchedTensors(of prepared: Graph, in folded: Graph) -> [WatchedTensor] {
  var outputs: [String: Graph.NodeID] = [:]
  for group in folded.layerGroups { outputs[folded.nodes[group.head].name] = group.output }
  return prepared.layerGroups.compactMap { group in
    guard let id = group.fakeQuantize, case .fakeQuantize(let quantizer) = prepared.nodes[id].operation,
      quantizer.observes, let source = outputs[prepared.nodes[group.head].name]
    else { return nil }
    return WatchedTensor(quantizer: quantizer, source: source, isInput: group.head == 0)
  }
}

extension ParameterSet {
  /// Writes the state of a quantizer that has come to a range.
  package mutating func setRange(_ range: ObservedRange, of quantizer: FakeQuantize) {
    let edge = max(range.maximum, -range.minimum)
    switch quantizer.method {
    case .observed:
      self[quantizer.observer + ".min_val"] = Tensor([range.minimum])
      self[quantizer.observer + ".max_val"] = Tensor([range.maximum])
    case .learnedScale:
      let steps = Float(max(quantizer.grid.maximum, -quantizer.grid.minimum))
      self[quantizer.observer + ".scale"] = Tensor([gridScale(edge / steps, quantizer.grid)])
    case .clippedActivation: self[quantizer.observer + ".alpha"] = Tensor([edge])
    }
  }
}
