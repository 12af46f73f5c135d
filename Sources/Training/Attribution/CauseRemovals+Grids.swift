import Datasets
import GraphIR
import Quantization

// What lies in the grids.
extension CauseRemovals {
  /// Ranges taken anew: those of activations from the calibration images, scales of weights from magnitudes.
  func ranges(of model: Model) throws -> [CauseRemoval] {
    [try weightScales(of: model), try activationRanges(of: model)].compactMap { $0 }
  }

  func activationRanges(of model: Model, only layer: String? = nil) throws -> CauseRemoval? {
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

  func weightScales(of model: Model, only layer: String? = nil) throws -> CauseRemoval? {
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

  func grids(of model: Model) throws -> [CauseRemoval] {
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
    if !grids.isEmpty { found += [try equalized(model)].compactMap { $0 } }
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

  /// Channels scaled between layers until both have like ranges there: the same float function, with ranges taken anew.
  ///
  /// Tried where the weights of two channels are tenfold apart or more, which leaves the smaller of them three bits less.
  private func equalized(_ model: Model) throws -> CauseRemoval? {
    let float = try model.withoutRounding()
    let pairs = float.graph.scalablePairs
    var spread: [(layer: String, ratio: Double)] = []
    for pair in pairs {
      let ranges = try float.weightRanges(around: pair)
      let ratios = [ranges.computing, ranges.reading].compactMap(ratio)
      spread.append((float.graph.nodes[pair.first.head].name, ratios.max() ?? 1))
    }
    guard let widest = spread.max(by: { $0.ratio < $1.ratio }), widest.ratio >= 10 else { return nil }
    try trials.begin("ranges of channels")
    let maxima = try channelMaxima(
      of: float, on: trials.data, batches: trials.batches, seed: trials.seed,
      cancellation: trials.cancellation)
    guard let maxima else { throw AttributionTrials.Stopped() }
    let result = try equalize(float, maxima: maxima)
    var changed = model.withScalesOfMagnitudes()
    for (name, tensor) in result.model.parameters.tensors
    where changed.parameters[name]?.shape == tensor.shape {
      changed.parameters[name] = tensor
    }
    for (layer, range) in try observation.ranges(of: changed) { changed.setRange(range, of: layer) }
    var removal = CauseRemoval(
      cause: .spreadChannels, model: changed, layers: [widest.layer], figure: widest.ratio)
    removal.isEqualized = true
    return removal
  }

  /// The greatest of some magnitudes over the least that is above 0.
  private func ratio(_ magnitudes: [Float]) -> Double? {
    let set = magnitudes.filter { $0 > leastQuantizationScale }
    guard let least = set.min(), let most = set.max() else { return nil }
    return Double(most / least)
  }
}

extension Model {
  /// Sets the range of a layer's output, or of the images.
  mutating func setRange(_ range: ObservedRange, of layer: String) {
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
