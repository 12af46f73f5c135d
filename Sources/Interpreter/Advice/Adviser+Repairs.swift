import GraphIR
import Quantization
import Training

extension Adviser {
  /// Finds out whether weights or activations lose more, and tries what repairs those.
  mutating func repairs() throws -> Ending {
    let policy = recipe.policy
    var ending = try gate("weights_only", "weights alone rounded", cell: nil) {
      try $0.trials.figures(of: $0.trials.weightsOnly(policy), cancellation: $0.console.cancellation)
    }
    guard ending == .goOn else { return ending }
    ending = try gate("activations_only", "activations alone rounded", cell: nil) {
      try $0.trials.figures(of: $0.trials.activationsOnly(policy), cancellation: $0.console.cancellation)
    }
    guard ending == .goOn, let culprit else { return ending }
    switch culprit {
    case .weights: return try repairWeights()
    case .activations: return try repairActivations()
    }
  }

  private enum Culprit { case weights, activations }

  /// What loses more accuracy by itself; where both lose as much, what makes more noise.
  private var culprit: Culprit? {
    guard path.gates.count >= 2 else { return nil }
    let (weights, activations) = (path.gates.count - 2, path.gates.count - 1)
    let losses = [weights, activations].map { path.gates[$0].figures }
    let isWeights =
      losses[0].accuracy == losses[1].accuracy
      ? losses[0].signalToNoise <= losses[1].signalToNoise : losses[0].accuracy < losses[1].accuracy
    return isWeights ? .weights : .activations
  }

  private mutating func decide(_ words: String, at key: String) {
    guard let index = path.gates.lastIndex(where: { $0.key == key }) else { return }
    path.gates[index].decision = words
  }

  /// A scale a channel, equalization with corrected biases, learned rounding: each alone, then those that helped.
  private mutating func repairWeights() throws -> Ending {
    decide("the culprit: repair the weights", at: "weights_only")
    var repairs: [Repair] = []
    if recipe.policy.perChannelWeights == false {
      repairs.append(
        Repair(key: "per_channel", name: "PTQ per-channel") { $0.policy.perChannelWeights = nil })
    }
    repairs += [
      Repair(key: "equalize", name: "PTQ equalize bias-correction") {
        ($0.equalizes, $0.correctsBias) = (true, true)
      },
      Repair(key: "adaround", name: "PTQ adaround") { $0.rounding = RoundingRecipe() },
    ]
    return try tryOut(repairs)
  }

  /// Ranges that cut what is rare.
  private mutating func repairActivations() throws -> Ending {
    decide("the culprit: repair the ranges", at: "activations_only")
    let observers = [ObserverKind.mse, .percentile, .entropy].filter { $0 != recipe.observer }
    return try tryOut(
      observers.map { observer in
        Repair(key: observer.name, name: "PTQ, ranges by \(observer.name)") { $0.observer = observer }
      })
  }

  private mutating func tryOut(_ repairs: [Repair]) throws -> Ending {
    for repair in repairs {
      var changed = recipe
      repair.change(&changed)
      let ending = try quantized(changed, key: repair.key, name: repair.name)
      guard ending == .goOn else { return ending }
    }
    return .goOn
  }
}

/// A change of the recipe that is tried by itself.
private struct Repair {
  var key: String
  var name: String
  var change: (inout PostTrainingRecipe) -> Void
}
