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
    guard ending == .goOn else { return ending }
    let (weights, activations) = (
      path.gates[path.gates.count - 2].figures, path.gates[path.gates.count - 1].figures
    )
    let culprit = culprit(weights, activations)
    decide(culprit == .weights ? "the culprit" : isHarmless(weights), at: "weights_only")
    decide(culprit == .activations ? "the culprit" : isHarmless(activations), at: "activations_only")
    let order: [Culprit] = culprit == .weights ? [.weights, .activations] : [.activations, .weights]
    for part in order where part == culprit || !path.isMet(part == .weights ? weights : activations) {
      ending = try part == .weights ? repairWeights() : repairActivations()
      guard ending == .goOn else { return ending }
    }
    return .goOn
  }

  private func isHarmless(_ figures: TrialFigures) -> String {
    path.isMet(figures) ? "not the culprit" : "too much lost, too"
  }

  private enum Culprit { case weights, activations }

  /// What loses more accuracy by itself; where both lose as much, what makes more noise.
  private func culprit(_ weights: TrialFigures, _ activations: TrialFigures) -> Culprit {
    let isWeights =
      weights.accuracy == activations.accuracy
      ? weights.signalToNoise <= activations.signalToNoise : weights.accuracy < activations.accuracy
    return isWeights ? .weights : .activations
  }

  private mutating func decide(_ words: String, at key: String) {
    guard let index = path.gates.lastIndex(where: { $0.key == key }) else { return }
    path.gates[index].decision = words
  }

  /// A scale a channel, equalization with corrected biases, learned rounding: each alone, then those that helped.
  private mutating func repairWeights() throws -> Ending {
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
