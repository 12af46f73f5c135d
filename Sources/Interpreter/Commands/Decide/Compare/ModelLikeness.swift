import GraphIR
import Quantization
import Training

/// What has to be alike in two models before a difference between them can be put down to one thing.
extension ModelEntry {
  /// The recipe of the run that a model comes from: its own, or that of the QAT model which it was converted from.
  func recipe(among models: [ModelEntry]) -> TrainingRecipe? {
    let own = details[.recipe] ?? details[.sourceRecipe]
    return (own ?? source(among: models)?.details[.recipe]).flatMap(TrainingRecipe.init(json:))
  }

  /// The policy of its grids; nil where that is not known.
  func policy(among models: [ModelEntry]) -> QuantizationPolicy? {
    (details[.policy] ?? source(among: models)?.details[.policy]).flatMap(QuantizationPolicy.init(json:))
  }

  /// The fake-quantized model that an integer model was converted from; nil where that is not among the models.
  private func source(among models: [ModelEntry]) -> ModelEntry? {
    guard kind == .integer else { return nil }
    return start(among: models).flatMap { $0.kind == .fakeQuantized ? $0 : nil }
  }

  /// The float model that it was made from, directly or through a QAT model; nil where that is gone or was made again.
  ///
  /// `models` are in the order in which they were made.
  func floatOrigin(among models: [ModelEntry]) -> ModelEntry? {
    guard kind != .float else { return nil }
    var seen: Set<String> = [name]
    var current = self
    while let start = current.start(among: models), seen.insert(start.name).inserted {
      if start.kind == .float { return start }
      current = start
    }
    return nil
  }

  /// True where both were trained from one float model by recipes that differ in their teachers at the most, and in
  /// the seed.
  func differsByTeachersAlone(from other: ModelEntry, among models: [ModelEntry]) -> Bool {
    guard let origin = floatOrigin(among: models)?.name, origin == other.floatOrigin(among: models)?.name,
      let own = recipe(among: models), let another = other.recipe(among: models)
    else { return false }
    return own.withoutTeachers == another.withoutTeachers
  }
}

extension TrainingRecipe {
  fileprivate var withoutTeachers: TrainingRecipe {
    var recipe = self
    (recipe.distillation, recipe.seed) = ([], 0)
    return recipe
  }
}

extension QuantizationPolicy {
  /// True where both give every layer of a float network the same widths, granularity and symmetry.
  ///
  /// How ranges are found is left aside: it is what training may do that calibration can't.
  func hasGrids(of other: QuantizationPolicy, in graph: Graph) -> Bool {
    var (own, another) = (self, other)
    (own.scheme, another.scheme) = (.movingAverage, .movingAverage)
    guard layerPrecisions(of: graph, policy: own) == layerPrecisions(of: graph, policy: another) else {
      return false
    }
    return (2...8).allSatisfy { bits in
      own.weightGrid(bits: bits) == another.weightGrid(bits: bits)
        && [true, false].allSatisfy {
          own.activationGrid(bits: bits, isPositive: $0)
            == another.activationGrid(bits: bits, isPositive: $0)
        }
    }
  }

  /// The options that ask for these grids, none where they are the usual ones; nil where no options can.
  var gridOptions: [String]? {
    var plain = self
    plain.scheme = .movingAverage
    let narrowest = min(weightBits, activationBits)
    let isWritable = rules.allSatisfy { rule in
      guard case .integer(let weights, let activations) = rule.precision else { return true }
      return weights == activations
    }
    guard isWritable, keepsEnds || narrowest == 8 else { return nil }
    let usual = QuantizationPolicy().settings.map { written($0.name, $0.value) }
    return plain.settings.map { written($0.name, $0.value) }.filter { !usual.contains($0) }
  }
}
