import Datasets
import GraphIR
import Language
import Quantization
import Training

extension Keyword {
  static let drop = Keyword(
    "drop", .real(.closed(0, 1)), otherwise: "1%", example: "1%",
    "loss of accuracy that is accepted, in points of a hundred")
  static let mayUseData = Keyword(
    "data",
    .choice([
      Choice("yes", "calibrate and train on the training images"),
      Choice("no", "as if there were none: calibrate and distil on drawn figures"),
    ]), otherwise: "yes", example: "no", "whether training images may be used")
  static let adviceEpochs = Keyword(
    "epochs", .count(1...10_000), otherwise: "2", example: "1", "passes of the training runs that are tried")
}

extension Command {
  static let advise = Command(
    "advise", "find the least effort that quantizes a model well enough, by measuring it",
    operands: [Operand("a model", .model(nil), .optional)],
    keywords: [.drop, .mayUseData, .trialBits, .trialImages, .adviceEpochs] + Keyword.trialGrids,
    examples: ["advise teacher", "advise teacher drop 1%", "advise drop 0.5% data no", "advise per-tensor"]
  ) { arguments, scope in
    let word = arguments.word(at: 0)
    let (source, note) = try scope.floatModel(word, verb: arguments.verb)
    let place = word ?? Word(text: source.name, range: arguments.verb.range)
    let data = try scope.data(for: arguments.verb.range)
    try scope.requireFit(source, place, data)
    var policy = try trialPolicy(arguments, graph: source.graph)
    policy.keepsEnds = true
    var training = TrainingRecipe()
    training.quantization = QuantizationRecipe(policy: policy)
    try scope.checkQuantization(source.graph, training, at: place, arguments, data)
    var recipe = PostTrainingRecipe(policy: policy, seed: scope.seed)
    recipe.observer = .usual(for: policy)
    var advice = PlannedAdvice(
      source: source, recipe: recipe, data: data, verb: arguments.verb,
      target: try acceptedLoss(arguments, .drop, otherwise: 0.01),
      images: arguments.count(.trialImages) ?? Keyword.defaultTrialImages,
      epochs: arguments.count(.adviceEpochs) ?? 2)
    advice.notes = [note].compactMap { $0 }
    if arguments.word(.mayUseData)?.text == "no" {
      advice.standIn = try standIn(for: source, data, arguments.range(of: .mayUseData) ?? place.range)
    }
    let images = advice.standIn?.dataset.training ?? data.dataset.training
    let batches = CalibrationBatches(count: recipe.batches, size: recipe.batchSize, of: images)
    (recipe.batches, recipe.batchSize) = (batches.count, batches.size)
    advice.recipe = recipe
    return Step { draft, console in try advice.run(draft, console) }
  }
}

/// Drawn figures in the place of training images; throws where they don't fit the model.
private func standIn(
  for source: ModelEntry, _ data: ChosenData, _ range: SourceRange
) throws -> PlannedAdvice.StandIn {
  let shape = source.graph.inputShape
  let drawn = DatasetSource.shapes
  guard shape.channels == 1, shape.height == shape.width, source.graph.classes == drawn.classNames.count
  else {
    throw StatementError.noStandIn(
      range, model: source.name, images: "\(shape)", classes: source.graph.classes)
  }
  // Other figures than those of the data in use, where that is drawn too.
  let request = DatasetRequest(
    name: drawn.name, limit: 3_200, testLimit: 1, size: shape.height == 28 ? nil : shape.height, seed: 1_001)
  do throws(DatasetError) {
    return PlannedAdvice.StandIn(request: request, dataset: try loadDataset(request))
  } catch {
    throw SessionError.data(error, range)
  }
}
