import GraphIR
import Quantization
import Training

/// Why what is kept with a model must not be computed with, as a clause; nil where each number is one that a cell could
/// have had.
///
/// What can't be read at all counts as not known, as that of an earlier version does.
func flaw(ofDetails details: [String: String]) -> String? {
  func text(_ detail: ModelEntry.Detail) -> String? { details[detail.rawValue] }
  if let written = text(.learningRate), let rate = Double(written), !Likely.rates.contains(rate) {
    return "its learning rate is \(written)"
  }
  for detail in [ModelEntry.Detail.recipe, .sourceRecipe] {
    guard let recipe = text(detail).flatMap(TrainingRecipe.init(json:)) else { continue }
    if let flaw = recipe.flaw { return "the recipe of its run has \(flaw)" }
  }
  if let recipe = text(.postTraining).flatMap(PostTrainingRecipe.init(json:)), let flaw = recipe.flaw {
    return "its recipe has \(flaw)"
  }
  if let policy = text(.policy).flatMap(QuantizationPolicy.init(json:)), let flaw = policy.flaw {
    return "its policy has \(flaw)"
  }
  return nil
}

/// Numbers of recipes, a little wider than cells may have them.
private enum Likely {
  /// Above these no run comes to weights that are numbers.
  static let rates = Double.leastNonzeroMagnitude...1e30
  static let shares = 0.0...1.0
  static let counts = 1...1_000_000
  static let widths = 1...8
}

/// The first of some numbers that is out of its range: its name and what it is.
private func firstFlaw(_ checks: [(name: String, value: Double, range: ClosedRange<Double>)]) -> String? {
  checks.first { !$0.range.contains($0.value) }.map { "\($0.name) \($0.value)" }
}

private func firstFlaw(_ checks: [(name: String, value: Int, range: ClosedRange<Int>)]) -> String? {
  checks.first { !$0.range.contains($0.value) }.map { "\($0.name) \($0.value)" }
}

extension TrainingRecipe {
  fileprivate var flaw: String? {
    firstFlaw([
      ("epochs", epochs, Likely.counts), ("batch", batchSize, Likely.counts),
      ("patience", selection?.patience ?? 1, Likely.counts),
    ])
      ?? firstFlaw([
        ("lr", learningRate, Likely.rates), ("momentum", momentum, Likely.shares),
        ("decay", weightDecay, Likely.shares), ("jitter", jitter ?? 0, Likely.shares),
        ("head-lr", headLearningRate ?? learningRate, Likely.rates),
      ]) ?? distillation.lazy.compactMap(\.flaw).first ?? quantization?.flaw
  }
}

extension DistillationTerm {
  fileprivate var flaw: String? {
    firstFlaw([("a share of the loss", weight, Likely.shares), ("a ramp", ramp?.share ?? 1, Likely.shares)])
  }
}

extension QuantizationRecipe {
  fileprivate var flaw: String? {
    firstFlaw([
      ("observer-freeze", observerFreeze, Likely.shares),
      ("batchnorm-freeze", batchNormFreeze, Likely.shares),
      ("a rate of ranges", rangeLearningRate, 0...1e30), ("bound-decay", boundDecay, Likely.shares),
    ]) ?? firstFlaw([("calibration", calibration?.batches ?? 1, Likely.counts)]) ?? policy.flaw
  }
}

extension PostTrainingRecipe {
  fileprivate var flaw: String? {
    firstFlaw([
      ("calibration", batches, Likely.counts), ("batch", batchSize, Likely.counts),
      ("rounding steps", rounding?.iterations ?? 1, Likely.counts),
      ("rows in a step", rounding?.rowsPerStep ?? 1, Likely.counts),
      ("rows", rounding?.rows ?? 1, Likely.counts),
    ])
      ?? firstFlaw([
        ("a rounding rate", rounding?.learningRate ?? 1, Likely.rates),
        ("a regularization", rounding?.regularization ?? 0, 0...1e30),
        ("a warm start", rounding?.warmStart ?? 0, Likely.shares),
      ]) ?? policy.flaw
  }
}

extension QuantizationPolicy {
  fileprivate var flaw: String? {
    firstFlaw([
      ("weights of bits", weightBits, Likely.widths), ("activations of bits", activationBits, Likely.widths),
    ])
      ?? rules.lazy.compactMap(\.flaw).first
  }
}

extension LayerRule {
  fileprivate var flaw: String? {
    guard case .integer(let weights, let activations) = precision else { return nil }
    return firstFlaw([
      ("weights of bits", weights, Likely.widths), ("activations of bits", activations, Likely.widths),
    ])
  }
}
