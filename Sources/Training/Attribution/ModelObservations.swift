import Datasets
import GraphIR
import Quantization

/// Channels of a layer that give one value for all calibration images.
struct DeadChannels {
  var layer: String
  var channels: [Int]
}

/// What a model's layers give for the calibration images before anything is rounded; each model is run once.
final class ModelObservations {
  private let trials: AttributionTrials
  private var known: [(model: Model, observed: Observed)] = []
  private var referenceLives: [String: [Bool]]?

  private struct Observed {
    /// By layer, of outputs that are rounded.
    var ranges: [String: ObservedRange]
    /// By layer, whether each channel gives more than one value.
    var lives: [String: [Bool]]
  }

  init(_ trials: AttributionTrials) { self.trials = trials }

  /// The ranges that calibration would set: those of the usual observers.
  func ranges(of model: Model) throws -> [String: ObservedRange] { try observed(model).ranges }

  /// Channels that are dead in a model and not so in the float model.
  func deadChannels(of model: Model) throws -> [DeadChannels] {
    let own = try observed(model).lives
    let reference = try livesOfReference()
    return model.graph.nodes.compactMap { node in
      guard node.operation.hasWeights, let lives = own[node.name], let others = reference[node.name],
        lives.count == others.count
      else { return nil }
      let dead = lives.indices.filter { !lives[$0] && others[$0] }
      return dead.isEmpty ? nil : DeadChannels(layer: node.name, channels: dead)
    }
  }

  private func livesOfReference() throws -> [String: [Bool]] {
    if let referenceLives { return referenceLives }
    try trials.begin("channels of the float model")
    let found = try observe(trials.subject.reference, quantizers: [:]).lives
    referenceLives = found
    return found
  }

  private func observed(_ model: Model) throws -> Observed {
    // What is asked twice is asked in a row.
    if let found = known.last, found.model == model { return found.observed }
    try trials.begin("ranges of activations")
    let quantizers = Dictionary(
      model.ownRanges.map { ($0.layer, $0.quantizer) }, uniquingKeysWith: { first, _ in first })
    let found = try observe(model.withoutRounding(), quantizers: quantizers)
    known = [(model, found)]
    return found
  }

  private func observe(_ float: Model, quantizers: [String: FakeQuantize]) throws -> Observed {
    let groups = float.graph.layerGroups.filter { group in
      let node = float.graph.nodes[group.head]
      return node.operation.hasWeights || quantizers[node.name] != nil
    }
    let names = groups.map { float.graph.nodes[$0.head].name }
    var observers = names.enumerated().map { place, name in
      quantizers[name].map { (groups[place].head == 0 ? .minmax : $0.usualObserver).makeObserver() }
    }
    var channels = groups.map { ChannelEnds(float.graph.nodes[$0.output].shape) }
    let plan = try CalibrationPlan(
      float, data: trials.data, batches: trials.batches, seed: trials.seed, capturing: groups.map(\.output))
    let isDone = try plan.forEachBatch(cancellation: trials.cancellation) { plan in
      for place in groups.indices {
        guard let values = plan.values(of: groups[place].output) else { continue }
        observers[place]?.observe(values, shape: [values.count])
        channels[place].add(values)
      }
    }
    guard isDone else { throw AttributionTrials.Stopped() }
    var found = Observed(ranges: [:], lives: [:])
    for (place, name) in names.enumerated() {
      found.lives[name] = channels[place].lives
      if let quantizer = quantizers[name] {
        found.ranges[name] = observers[place]?.ranges(on: quantizer.grid).first
      }
    }
    return found
  }
}

extension FakeQuantize {
  /// What calibration to this width would use.
  fileprivate var usualObserver: ObserverKind { grid.bits <= 4 ? .mse : .histogram }
}

/// Whether each channel gave more than one value.
private struct ChannelEnds {
  private let plane: Int
  private var first: [Float?]
  private(set) var lives: [Bool]

  init(_ shape: Shape) {
    plane = max(shape.spatial, 1)
    first = Array(repeating: nil, count: shape.channels)
    lives = Array(repeating: false, count: shape.channels)
  }

  mutating func add(_ values: UnsafeBufferPointer<Float>) {
    let channels = lives.count
    guard channels > 0 else { return }
    for row in 0..<values.count / plane where !lives[row % channels] {
      let value = first[row % channels] ?? values[row * plane]
      first[row % channels] = value
      lives[row % channels] = values[row * plane..<(row + 1) * plane].contains { $0 != value }
    }
  }
}
