import Datasets
import GraphIR
import Language
import Quantization
import Text
import Training

extension PostTrainingRecipe {
  /// Cuts the batches to those that the data has; returns what there is to say of their number.
  mutating func fitBatches(to data: ChosenData) -> [String] {
    let wanted = batches
    let fitting = CalibrationBatches(count: batches, size: batchSize, of: data.dataset.training)
    (batches, batchSize) = (fitting.count, fitting.size)
    guard fitting.count < wanted else { return [] }
    let all = "\(counted(fitting.count, "whole batch", plural: "whole batches")) of \(fitting.size)"
    let count = counted(data.dataset.training.count, "training image")
    return ["calibration \(fitting.count): the \(count) fill \(all)"]
  }
}

/// What post-training quantization came to, beside the float model.
struct PostTrainingFigures {
  var quantized: QuantizedFigures
  var float: Evaluation
  var layers: [LayerActivity]
}

/// Post-training quantization of a float model that is known to fit the data.
struct PostTraining {
  var source: ModelEntry
  var result: String
  var recipe: PostTrainingRecipe
  var data: ChosenData
  var answers: AnswersLibrary
  var statement: WrittenStatement

  func model(_ verb: Word) -> MakeModel<PostTrainingFigures> {
    MakeModel(
      source: source, result: result, kind: .integer, data: data, verb: verb,
      compute: { try made(of: $0, $1) },
      describe: { figures, entry in
        entry.details[.settings] = Command.ptq.name + ", " + recipe.words
        entry.details[.postTraining] = recipe.json
        entry.details[.policy] = recipe.policy.json
        entry.figures = figures.quantized.stored
        entry.figures["fake_quant_accuracy"] = figures.quantized.fakeQuantized.accuracy
      }, report: { report($0, $1, $2, $3) })
  }

  /// Nil where it was cancelled.
  private func made(
    of float: Model, _ console: Console
  ) throws -> (model: Model, measured: PostTrainingFigures)? {
    console.note("settings: " + recipe.words)
    let watch = Stopwatch()
    let quantized = try quantizeAfterTraining(
      float, on: data.dataset, recipe: recipe, cancellation: console.cancellation
    ) { console.tell($0, of: result, watch) }
    guard let quantized else { return nil }
    let integer = try Training.convert(quantized)
    guard
      let measured = try console.measured(
        quantized, named: result, integer: integer, named: result, on: data,
        floatBytes: source.byteCount.map(Double.init)),
      let before = try console.answers(of: float, named: source.name, on: data, answers),
      let layers = try layerActivities(
        of: quantized, on: data.dataset, seed: recipe.seed, cancellation: console.cancellation)
    else { return nil }
    return (integer, PostTrainingFigures(quantized: measured, float: before, layers: layers))
  }

  private func report(
    _ figures: PostTrainingFigures, _ entry: ModelEntry, _ workspace: Workspace, _ console: Console
  ) {
    let measured = figures.quantized
    var evidence = RunEvidence(
      name: result, kind: .integer, statement: statement, measured.integer, on: data)
    evidence.start = RunEvidence.Start(name: source.name, predictions: figures.float.predictions)
    (evidence.postTraining, evidence.layers) = (recipe, figures.layers)
    console.compare(
      entry, evidence, with: source.name, floatBytes: measured.floatBytes,
      sourceWords: "\(source.name), in float,")
    console.report(
      measured, of: result, integer: entry,
      agreementText: "\(result) chooses the class of its fake-quantized form for "
        + "\(percentage(measured.agreement)) of the test images", workspace)
    console.drop(result, evidence)
    console.put(workspace.findings(in: evidence))
  }
}

extension RunEvidence {
  /// Of a model that was made by computing alone.
  init(
    name: String, kind: Model.Kind, statement: WrittenStatement, _ evaluation: Evaluation,
    on data: ChosenData
  ) {
    let dataset = data.dataset
    self.init(
      name: name, kind: kind, statement: statement, labels: dataset.test.labels.map(Int.init),
      predictions: evaluation.predictions, loss: evaluation.loss, classNames: dataset.classNames,
      trainingImages: dataset.training.classCounts(of: dataset.classNames.count))
  }
}

extension Console {
  /// Puts out what a quantized model lost against its start, and the interval of that, in points.
  func drop(_ name: String, _ evidence: RunEvidence) {
    guard let difference = evidence.difference, let before = evidence.startAccuracy else { return }
    metric(name, "drop_points", -(100 * (evidence.accuracy - before)))
    metric(name, "drop_low_points", 100 * difference.interval.lowerBound)
    metric(name, "drop_high_points", 100 * difference.interval.upperBound)
  }
}

extension Console {
  /// Shows how far post-training quantization is, and what its repairs came to.
  fileprivate func tell(_ event: PostTrainingEvent, of name: String, _ watch: Stopwatch) {
    switch event {
    case .progress(let stage, let done, let total):
      progress { Progress(activity: "\(stage.rawValue) \(name)", done: done, total: total) }
    case .equalized(let result): note(words(of: result))
    case .rounded(let outcome): note(words(of: outcome))
    }
  }
}

private func words(of result: Equalization) -> String {
  guard result.pairs > 0 else {
    return "equalize: no two layers lie so that channels between them could be scaled"
  }
  let kept =
    result.clippedChannels == 0
    ? ""
    : "; \(counted(result.clippedChannels, "channel")) whose relu6 reaches 6 stayed, because scaling would change "
      + "the function"
  return
    "equalize: channels scaled between \(counted(result.pairs, "pair")) of layers; the widest ratio of two "
    + "channels' weights in a layer went from \(threeDigits(Double(result.spreadBefore))) to "
    + threeDigits(Double(result.spreadAfter)) + kept
}

private func words(of outcome: RoundingOutcome) -> String {
  let kept = outcome.layers - outcome.improvedLayers
  let rest = kept == 0 ? "" : "; \(counted(kept, "layer")) kept the nearest, which was no worse"
  return
    "adaround: \(percentage(outcome.movedShare, 1)) of the weights no longer go to the nearest; the output "
    + "error of \(counted(outcome.improvedLayers, "layer")) fell to \(percentage(outcome.errorRatio, 1)) on average"
    + rest
}
