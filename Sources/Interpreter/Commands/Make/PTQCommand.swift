import Datasets
import GraphIR
import Language
import Quantization
import Training

extension Keyword {
  private static let standard = PostTrainingRecipe()

  static let calibration = Keyword(
    "calibration", .count(1...1_000_000), otherwise: "\(standard.batches)", example: "100",
    "batches of training images that ranges are taken from")
  static let calibrationBatch = Keyword(
    "batch", .count(1...65_536), otherwise: "\(standard.batchSize)", example: "32",
    "images in a calibration batch")
  static let observer = Keyword(
    "observer", .choice(ObserverKind.allCases.map { Choice($0.name, $0.summary) }),
    otherwise: "histogram; mse where activations have 4 bits or fewer", example: "percentile",
    "how an activation's range is found")
  static let equalize = Keyword(
    "equalize", .flag, otherwise: "channels as they are",
    "first scale channels between layers until their weights have like ranges (same function)")
  static let reestimate = Keyword(
    "batchnorm", .flag, otherwise: "statistics as trained",
    "first measure batch-norm statistics anew in the quantized network")
  static let adaround = Keyword(
    "adaround", .flag, otherwise: "to the nearest", "learn for each weight whether to round it up or down")
  static let iterations = Keyword(
    "iterations", .count(1...100_000), otherwise: "\(RoundingRecipe().iterations)", example: "1000",
    "steps of adaround for each layer")
  static let biasCorrection = Keyword(
    "bias-correction", .flag, otherwise: "biases as they are",
    "take what rounding adds to the mean of each output out of its bias")
  static let calibrationSeed = Keyword(
    "seed", .count(seedRange), otherwise: "the session's", example: "7", "seed of the choice of images")
}

extension Command {
  static let ptq = Command(
    "ptq", "quantize a float model without training, by calibration", target: .result("the integer model"),
    operands: [Operand("a float model", .model([.float]))],
    keywords: [
      .calibration, .calibrationBatch, .observer, .equalize, .reestimate, .adaround, .iterations,
      .biasCorrection, .calibrationSeed,
    ] + Keyword.grids,
    examples: [
      "baseline = ptq teacher", "baseline = ptq teacher calibration 100 observer percentile",
      "ptq teacher backend qnnpack equalize bias-correction",
      "ptq teacher adaround iterations 500 per-channel", "ptq teacher affine observer minmax",
      "ptq teacher bits 3, 4, 8",
    ], reasons: sweepReasons, sweptName: sweptName(adding: "-ptq"),
    footprint: { arguments, _ in
      makingFootprint(
        .integer, suffix: "-ptq", from: arguments.word(at: 0)?.text, arguments,
        also: arguments.sessionSeed(unless: .calibrationSeed))
    }
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
    let (source, name, data) = try workspace.input(word, kinds: [.float], suffix: "-ptq", arguments)
    if let range = arguments.clauseRange(.iterations), !arguments.has(.adaround) {
      throw StatementError.pointless(range, option: "iterations", without: "adaround")
    }
    var recipe = PostTrainingRecipe(
      policy: try policy(arguments, graph: source.graph), seed: workspace.seed(arguments, .calibrationSeed))
    recipe.observer = .usual(for: recipe.policy)
    recipe.apply(arguments)
    if recipe.reestimatesBatchNorm, !source.graph.hasBatchNorm {
      throw StatementError.nothingToReestimate(
        arguments.range(of: .reestimate) ?? word.range, model: source.name)
    }
    var training = TrainingRecipe(batchSize: recipe.batchSize)
    training.quantization = QuantizationRecipe(policy: recipe.policy)
    try workspace.checkQuantization(source.graph, training, at: word, arguments, data)
    let batches = CalibrationBatches(
      count: recipe.batches, size: recipe.batchSize, of: data.dataset.training)
    let findings = [workspace.calibrationFinding(batches, data, arguments)].compactMap { $0 }
    let notes =
      [
        "\(name): \(source.name) in integers, with ranges from training images and no training"
          + replacement(name, workspace)
      ] + notes(on: recipe.policy, source.graph) + recipe.fitBatches(to: data)
    var made = PostTraining(
      source: source, result: name, recipe: recipe, data: data, answers: workspace.library.answers,
      statement: WrittenStatement(arguments.statement, in: workspace.source)
    ).model(arguments.verb)
    (made.notes, made.findings) = (notes, findings)
    return made.plan
  }
}

extension Graph {
  fileprivate var hasBatchNorm: Bool {
    nodes.contains { if case .batchNorm = $0.operation { true } else { false } }
  }
}

extension PostTrainingRecipe {
  /// Puts what was written in the place of defaults.
  fileprivate mutating func apply(_ arguments: Arguments) {
    if let value = arguments.count(.calibration) { batches = value }
    if let value = arguments.count(.calibrationBatch) { batchSize = value }
    if let value = arguments.word(.observer).flatMap({ ObserverKind(rawValue: $0.text) }) { observer = value }
    equalizes = arguments.has(.equalize)
    reestimatesBatchNorm = arguments.has(.reestimate)
    correctsBias = arguments.has(.biasCorrection)
    guard arguments.has(.adaround) else { return }
    rounding = RoundingRecipe()
    if let value = arguments.count(.iterations) { rounding?.iterations = value }
  }

  /// Every setting with its value, in the order in which they are shown and stored.
  var settings: [(name: String, value: String)] {
    var settings = [
      (Keyword.calibration.name, "\(batches)"), (Keyword.calibrationBatch.name, "\(batchSize)"),
      (Keyword.observer.name, observer.name),
    ]
    if equalizes { settings.append((Keyword.equalize.name, "")) }
    if reestimatesBatchNorm { settings.append((Keyword.reestimate.name, "")) }
    if let rounding {
      settings += [(Keyword.adaround.name, ""), (Keyword.iterations.name, "\(rounding.iterations)")]
    }
    if correctsBias { settings.append((Keyword.biasCorrection.name, "")) }
    return settings + [(Keyword.calibrationSeed.name, "\(seed)")] + policy.settings
  }

  /// The settings on one line.
  var words: String { settings.map { written($0.name, $0.value) }.joined(separator: ", ") }
}
