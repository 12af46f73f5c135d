import Datasets
import GraphIR
import Quantization

/// The forms of a model in which one cause each is taken out.
struct CauseRemovals {
  let trials: AttributionTrials
  let observation: ModelObservations

  var subject: AttributionSubject { trials.subject }

  init(_ trials: AttributionTrials) {
    self.trials = trials
    observation = ModelObservations(trials)
  }

  /// Everything that can be taken out of a model with batch norm folded, the particular before the general.
  ///
  /// `isFirst` is true of the model that is asked about, from which nothing was taken out yet.
  func all(of model: Model, isFirst: Bool) throws -> [CauseRemoval] {
    var found = normalizations(of: model)
    found += [try restoredBiases(of: model), try revivedChannels(of: model)].compactMap { $0 }
    found += try ranges(of: model)
    found += try grids(of: model)
    if isFirst {
      found += [try reestimatedBatchNorm()].compactMap { $0 }
      found += [try floatModelOnTheseGrids()].compactMap { $0 }
    }
    found += [try correctedBias(of: model)].compactMap { $0 }
    return found
  }

  /// The same removal in one layer alone; nil of a cause that has no layers.
  func narrow(_ removal: CauseRemoval, to layer: String, from model: Model) throws -> CauseRemoval? {
    switch removal.cause {
    case .zeroedBias: return restoringBiases(of: model, in: [layer])
    case .deadChannels:
      return try observation.deadChannels(of: model).first { $0.layer == layer }
        .map { restoringChannels(of: model, [$0]) }
    case .stretchedRange, .rangeChoice:
      return try removal.isOfWeights
        ? weightScales(of: model, only: layer) : activationRanges(of: model, only: layer)
    case .spreadChannels, .normalization, .lowBits, .batchNormStatistics, .shiftedMeans, .activationsClip,
      .activationsRound, .weightsRound, .changedWeights, .integerArithmetic:
      return nil
    }
  }

  /// The standardisations that the model's own differs from: the float model's, and that of the images in use.
  func normalizations(of model: Model) -> [CauseRemoval] {
    let own = trials.data.normalization(for: model.graph)
    var seen = [own]
    return [subject.given.graph.normalization, nil].compactMap { other in
      var changed = model
      changed.graph.normalization = other
      let look = trials.data.normalization(for: changed.graph)
      guard !seen.contains(look) else { return nil }
      seen.append(look)
      return CauseRemoval(cause: .normalization, model: changed)
    }
  }

  private func restoredBiases(of model: Model) throws -> CauseRemoval? {
    let layers = try layersWithZeroedBiases(model)
    return layers.isEmpty ? nil : restoringBiases(of: model, in: layers)
  }

  private func restoringBiases(of model: Model, in layers: [String]) -> CauseRemoval {
    var restored = model
    for layer in layers {
      restored.parameters[layer + ".bias"] = subject.reference.parameters[layer + ".bias"]
    }
    return CauseRemoval(
      cause: .zeroedBias, model: restored, layers: layers, figure: Double(layers.count))
  }

  /// Layers of which half of the biases or more are 0 that are not so in the float model: their own, or those of the
  /// batch norm behind them.
  private func layersWithZeroedBiases(_ model: Model) throws -> [String] {
    let given = subject.quantizedAsGiven
    return given.graph.layerGroups.compactMap { group in
      let layer = given.graph.nodes[group.head].name
      let ends = [group.head, group.norm].compactMap { $0 }.map { given.graph.nodes[$0].name + ".bias" }
      let isOwnZeroed = ends.contains { isZeroed(given.parameters[$0], subject.given.parameters[$0]) }
      let folded = layer + ".bias"
      // Where a cause before this one has restored them, they are those of the float model.
      guard model.parameters[folded] != subject.reference.parameters[folded],
        model.parameters[folded]?.count == subject.reference.parameters[folded]?.count,
        isOwnZeroed || isZeroedWhenFolded(folded)
      else { return nil }
      return layer
    }
  }

  private func isZeroedWhenFolded(_ bias: String) -> Bool {
    isZeroed(subject.quantized.parameters[bias], subject.reference.parameters[bias])
  }

  private func isZeroed(_ own: Tensor?, _ other: Tensor?) -> Bool {
    guard let own = own?.floats, let other = other?.floats, own.count == other.count else { return false }
    let set = other.indices.filter { other[$0] != 0 }
    return !set.isEmpty && 2 * set.count { own[$0] == 0 } >= set.count
  }

  private func revivedChannels(of model: Model) throws -> CauseRemoval? {
    let dead = try observation.deadChannels(of: model)
    return dead.isEmpty ? nil : restoringChannels(of: model, dead)
  }

  private func restoringChannels(of model: Model, _ dead: [DeadChannels]) -> CauseRemoval {
    var restored = model
    for layer in dead {
      for name in [layer.layer + ".weight", layer.layer + ".bias"] {
        restored.parameters.copyRows(layer.channels, of: name, from: subject.reference.parameters)
      }
    }
    return CauseRemoval(
      cause: .deadChannels, model: restored, layers: dead.map(\.layer),
      figure: Double(dead.reduce(0) { $0 + $1.channels.count }))
  }

  /// The float model's weights and biases on the grids of this one, with ranges taken from the float model.
  private func floatModelOnTheseGrids() throws -> CauseRemoval? {
    guard subject.changedWeights else { return nil }
    var model = subject.quantized
    for node in model.graph.nodes where node.operation.hasWeights {
      for name in [node.name + ".weight", node.name + ".bias"] {
        guard let tensor = subject.reference.parameters[name],
          tensor.shape == model.parameters[name]?.shape
        else { return nil }
        model.parameters[name] = tensor
      }
    }
    model = model.withScalesOfMagnitudes()
    for (layer, range) in try observation.ranges(of: model) { model.setRange(range, of: layer) }
    return CauseRemoval(cause: .changedWeights, model: model)
  }
}

extension ParameterSet {
  /// Copies rows along the first axis, where both tensors have the same shape.
  fileprivate mutating func copyRows(_ rows: [Int], of name: String, from other: ParameterSet) {
    guard let own = self[name], let source = other[name], own.shape == source.shape,
      let count = own.shape.first, count > 0
    else { return }
    var values = own.floats
    let rest = values.count / count
    let given = source.floats
    for row in rows where row < count {
      values.replaceSubrange(row * rest..<(row + 1) * rest, with: given[row * rest..<(row + 1) * rest])
    }
    self[name] = Tensor(values, shape: own.shape)
  }
}
