import Datasets
import GraphIR
import Quantization

/// The forms of a model in which one cause each is taken out.
struct CauseRemovals {
  let trials: AttributionTrials
  private let observation: ModelObservations

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

  // MARK: the model

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

  // MARK: the grids

  /// Ranges taken anew: those of activations from the calibration images, scales of weights from magnitudes.
  private func ranges(of model: Model) throws -> [CauseRemoval] {
    [try weightScales(of: model), try activationRanges(of: model)].compactMap { $0 }
  }

  private func activationRanges(of model: Model, only layer: String? = nil) throws -> CauseRemoval? {
    let taken = try observation.ranges(of: model)
    var (changed, stretches) = (model, [(layer: String, ratio: Double)]())
    for own in model.ownRanges where layer == nil || own.layer == layer {
      guard let range = taken[own.layer] else { continue }
      let before = try model.quantizationParameters(own.quantizer).scale
      changed.setRange(range, of: own.layer)
      let after = try changed.quantizationParameters(own.quantizer).scale
      if before != after { stretches.append((own.layer, Double(before / after))) }
    }
    return stretched(changed, stretches)
  }

  private func weightScales(of model: Model, only layer: String? = nil) throws -> CauseRemoval? {
    let stretches = try model.storedWeightScales().filter { layer == nil || $0.layer == layer }.map {
      scales in
      (layer: scales.layer, ratio: stretch(scales.stored, scales.own))
    }
    guard !stretches.isEmpty else { return nil }
    var removal = stretched(model.withScalesOfMagnitudes(of: Set(stretches.map(\.layer))), stretches)
    removal?.isOfWeights = true
    return removal
  }

  /// The ratio furthest from 1 of two sets of scales.
  private func stretch(_ stored: [Float], _ own: [Float]) -> Double {
    let ratios = zip(stored, own).map { Double($0 / max($1, leastQuantizationScale)) }
    return ratios.max { distance($0) < distance($1) } ?? 1
  }

  private func distance(_ ratio: Double) -> Double { ratio > 1 ? ratio : 1 / max(ratio, 1e-9) }

  private func stretched(_ model: Model, _ stretches: [(layer: String, ratio: Double)]) -> CauseRemoval? {
    let ranked = stretches.sorted { distance($0.ratio) > distance($1.ratio) }
    guard let worst = ranked.first else { return nil }
    return CauseRemoval(
      cause: distance(worst.ratio) >= 2 ? .stretchedRange : .rangeChoice, model: model,
      layers: ranked.map(\.layer), figure: worst.ratio)
  }

  private func grids(of model: Model) throws -> [CauseRemoval] {
    var found: [CauseRemoval] = []
    let grids = model.graph.nodes.compactMap(\.operation.weightGrid)
    if grids.contains(where: { !$0.perChannel && $0.bits > 1 }) {
      let spread = model.widestSpread
      found.append(
        CauseRemoval(
          cause: .spreadChannels, model: try model.withChannelScales(),
          layers: spread.map { [$0.layer] } ?? [],
          figure: spread?.ratio))
    }
    let bits = grids.map(\.bits) + model.ownRanges.map(\.quantizer.grid.bits)
    if let least = bits.min(), least < 8 {
      found.append(
        CauseRemoval(
          cause: .lowBits, model: try model.withByteWeights().withByteActivations(), figure: Double(least)))
    }
    if !model.ownRanges.isEmpty {
      found.append(CauseRemoval(cause: .activationsClip, model: try model.withUnclippedActivations()))
      found.append(CauseRemoval(cause: .activationsRound, model: try model.withFineActivations()))
    }
    if !grids.isEmpty {
      found.append(CauseRemoval(cause: .weightsRound, model: try model.withFloatWeights()))
    }
    return found
  }

  // MARK: statistics

  private func reestimatedBatchNorm() throws -> CauseRemoval? {
    let given = subject.quantizedAsGiven
    guard given.graph.layerGroups.contains(where: { $0.norm != nil }) else { return nil }
    try trials.begin("batch-norm statistics")
    let float = Model(
      kind: .float, graph: try removeFakeQuantization(given.graph), parameters: given.parameters)
    let measured = try reestimateBatchNorm(
      float, quantized: given, on: trials.data, batches: trials.batches, seed: trials.seed,
      cancellation: trials.cancellation)
    guard let measured else { throw AttributionTrials.Stopped() }
    var changed = given
    for (name, tensor) in measured.parameters.tensors { changed.parameters[name] = tensor }
    return CauseRemoval(cause: .batchNormStatistics, model: try foldKeepingGrids(changed))
  }

  private func correctedBias(of model: Model) throws -> CauseRemoval? {
    guard model.roundedLayers.count <= Self.mostCorrectedLayers else { return nil }
    try trials.begin("means of outputs")
    let fewer = CalibrationBatches(
      count: min(4, trials.batches.count), size: trials.batches.size, of: trials.data.training)
    let corrected = try correctBias(
      model, float: model.withoutRounding(), on: trials.data, batches: fewer, seed: trials.seed,
      cancellation: trials.cancellation)
    guard let corrected else { throw AttributionTrials.Stopped() }
    return CauseRemoval(cause: .shiftedMeans, model: corrected)
  }

  /// Means are corrected layer after layer, each with a run of its own; for deeper networks that takes too long.
  static let mostCorrectedLayers = 12
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

extension Model {
  /// Sets the range of a layer's output, or of the images.
  fileprivate mutating func setRange(_ range: ObservedRange, of layer: String) {
    guard let own = ownRanges.first(where: { $0.layer == layer }) else { return }
    parameters.setRange(range, of: own.quantizer)
  }

  /// The layer whose outputs' weights have the widest ratio of magnitudes, of those with one scale for all; outputs
  /// without weights are left out.
  fileprivate var widestSpread: (layer: String, ratio: Double)? {
    graph.nodes.filter { $0.operation.weightGrid?.perChannel == false }.compactMap { node in
      guard let weight = parameters[node.name + ".weight"], let outputs = weight.shape.first, outputs > 0,
        var grid = node.operation.weightGrid
      else { return nil }
      grid.perChannel = true
      let scales = Quantization.weightScales(of: weight.floats, outputs: outputs, grid: grid).filter {
        $0 > leastQuantizationScale
      }
      guard let least = scales.min(), let most = scales.max() else { return nil }
      return (node.name, Double(most / least))
    }.max { $0.ratio < $1.ratio }
  }
}
