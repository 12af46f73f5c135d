import GraphIR
import Quantization
import Training

extension Adviser {
  /// Finds out whether weights or activations lose more, and tries what repairs those.
  mutating func repairs() throws -> Ending {
    let policy = recipe.policy
    var ending = try gate("weights_only", "weights alone rounded", cell: nil) {
      try $0.figures(of: $0.trials.weightsOnly(policy))
    }
    guard ending == .goOn else { return ending }
    ending = try gate("activations_only", "activations alone rounded", cell: nil) {
      try $0.figures(of: $0.trials.activationsOnly(policy))
    }
    guard ending == .goOn else { return ending }
    let (weights, activations) = (
      path.gates[path.gates.count - 2].figures, path.gates[path.gates.count - 1].figures
    )
    let culprit = culprit(weights, activations)
    path.decide(culprit == .weights ? "the culprit" : part(weights), at: "weights_only")
    path.decide(culprit == .activations ? "the culprit" : part(activations), at: "activations_only")
    let order: [Culprit] = culprit == .weights ? [.weights, .activations] : [.activations, .weights]
    for part in order where part == culprit || !path.isMet(part == .weights ? weights : activations) {
      ending = try part == .weights ? repairWeights() : repairActivations()
      guard ending == .goOn else { return ending }
    }
    return .goOn
  }

  private func figures(of model: Model) throws -> Measured? {
    try trials.figures(of: model, cancellation: console.cancellation).map { ($0, nil) }
  }

  private func part(_ figures: TrialFigures) -> String {
    switch path.verdict(figures) {
    case .within: "not the culprit"
    case .tooMuch: "too much lost, too"
    case .open: "cannot be told"
    }
  }

  private enum Culprit { case weights, activations }

  /// What loses more accuracy by itself, beyond chance; else what makes more noise in the logits.
  private func culprit(_ weights: TrialFigures, _ activations: TrialFigures) -> Culprit {
    let difference = PairedDifference(activations.hits, weights.hits).interval
    let isWeights =
      difference.contains(0)
      ? weights.signalToNoise <= activations.signalToNoise : difference.lowerBound > 0
    return isWeights ? .weights : .activations
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
