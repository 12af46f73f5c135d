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
  static let adviceImages = Keyword(
    "images", .count(1...1_000_000), otherwise: "4,000", example: "10000",
    "how many held-out images each gate is measured on, where there are as many")
  static let adviceEpochs = Keyword(
    "epochs", .count(1...10_000), otherwise: "2", example: "1", "passes of the training runs that are tried")
}

extension Command {
  static let advise = Command(
    "advise", "find the least effort that quantizes a model well enough, by measuring it",
    operands: [Operand("a model", .model(nil), .optional)],
    keywords: [.drop, .mayUseData, .trialBits, .adviceImages, .adviceEpochs] + Keyword.trialGrids,
    examples: ["advise teacher", "advise teacher drop 1%", "advise drop 0.5% data no", "advise per-tensor"],
    reasons:
      "A gate is passed where the loss is within the target with 95 % confidence, on training images that the "
      + "model has not seen, else on some that are held out. Several gates give chance several tries, so the answer is "
      + "verified on test images, which choose nothing.",
    footprint: { arguments, known in
      // Any larger float model may be tried as a teacher.
      let models = floatModelUses(arguments.word(at: 0)?.text, known).union(known.uses { $0.kind == .float })
      return Footprint(uses: models.union([.data, .seed, .precision]), serving: .served)
    }
  ) { arguments, workspace in
    let word = arguments.word(at: 0)
    let (source, note) = try workspace.floatModel(word, verb: arguments.verb)
    let place = word ?? Word(text: source.name, range: arguments.verb.range)
    let data = try workspace.data(for: arguments.verb.range)
    try workspace.requireFit(source, place, data)
    var policy = try trialPolicy(arguments, graph: source.graph)
    policy.keepsEnds = true
    var training = TrainingRecipe(
      epochs: arguments.count(.adviceEpochs) ?? 2, learningRate: learningRate(after: source).rate,
      schedule: .cosine, seed: workspace.sessionSeed)
    training.precision = try workspace.precision(for: arguments.verb)
    training.quantization = QuantizationRecipe(policy: policy)
    try workspace.checkQuantization(source.graph, training, at: place, arguments, data)
    let standsIn = arguments.word(.mayUseData)?.text == "no"
    training.augments = data.choice.augments && !standsIn
    training.jitter = training.augments ? data.choice.jitter : nil
    var recipe = PostTrainingRecipe(policy: policy, seed: workspace.sessionSeed)
    recipe.observer = .usual(for: policy)
    var advice = PlannedAdvice(
      source: source, recipe: recipe, training: training,
      data: data, verb: arguments.verb, target: try acceptedLoss(arguments, .drop, otherwise: 0.01),
      images: arguments.count(.adviceImages) ?? 4_000)
    if standsIn {
      advice.standIn = try standIn(for: source, data, arguments.range(of: .mayUseData) ?? place.range)
    }
    advice.teachers = workspace.largerModels(than: source, data)
    advice.notes = [note].compactMap { $0 }
    return Plan { workspace, console in try advice.run(workspace, console) }
  }
}

extension Workspace {
  /// Float models that fit the data and have more parameters than another, those with most first.
  fileprivate func largerModels(than source: ModelEntry, _ data: ChosenData) -> [ModelEntry] {
    models {
      $0.kind == .float && $0.parameterCount > source.parameterCount && $0.graph.inputShape.takes(data.shape)
        && $0.graph.classes == data.classes
    }.sorted { $0.parameterCount > $1.parameterCount }
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
