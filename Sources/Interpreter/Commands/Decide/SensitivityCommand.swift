import Language
import Quantization
import Training

extension Command {
  static let sensitivity = Command(
    "sensitivity", "find the layers that suffer most from quantization",
    operands: [Operand("a model", .model(nil))],
    keywords: [.trialBits, .trialImages, .target, .observer] + Keyword.trialGrids,
    examples: [
      "sensitivity teacher", "sensitivity teacher bits 4 images 500",
      "sensitivity teacher bits 3 target 1% per-tensor",
    ],
    footprint: { arguments, known in
      Footprint(
        uses: floatModelUses(arguments.word(at: 0)?.text, known).union([.data, .seed]), serving: .served)
    }
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
    let (source, note) = try workspace.floatModel(word, verb: arguments.verb)
    let whole = try workspace.data(for: arguments.verb.range)
    try workspace.requireFit(source, word, whole)
    let data = try whole.withImagesToChooseOn(at: arguments.verb.range)
    let policy = try trialPolicy(arguments, graph: source.graph)
    var training = TrainingRecipe(batchSize: 32)
    training.quantization = QuantizationRecipe(policy: policy)
    try workspace.checkQuantization(source.graph, training, at: word, arguments, data)
    var sweep = PlannedSweep(
      source: source.name, policy: policy, data: data, verb: arguments.verb,
      images: arguments.count(.trialImages) ?? Keyword.defaultTrialImages,
      target: try acceptedLoss(arguments, .target, otherwise: 0.005), seed: workspace.sessionSeed)
    sweep.observer = .usual(for: policy)
    if let name = arguments.word(.observer)?.text, let observer = ObserverKind(rawValue: name) {
      sweep.observer = observer
    }
    sweep.notes = [note, data.choosingWords("layers are chosen", asHalfOf: whole)].compactMap { $0 }
    sweep.choosingNoun = data.choosingNoun(asHalfOf: whole)
    return Plan { workspace, console in try sweep.run(workspace, console) }
  }
}
