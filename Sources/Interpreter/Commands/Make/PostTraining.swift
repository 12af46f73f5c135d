import Datasets
import GraphIR
import Language
import Quantization
import Text
import Training

extension PostTrainingRecipe {
  /// Fewer batches hold for the ranges of a network no better than chance; 8 batches of 32 images are usual.
  private static let fewBatches = 8
  private static let fewImages = 256

  /// Cuts the batches to those that the data has; returns what there is to say of their number.
  mutating func fitBatches(to data: ChosenData) -> [String] {
    let wanted = batches
    let fitting = CalibrationBatches(count: batches, size: batchSize, of: data.dataset.training)
    (batches, batchSize) = (fitting.count, fitting.size)
    var notes: [String] = []
    if fitting.count < wanted {
      let all = "\(counted(fitting.count, "whole batch", plural: "whole batches")) of \(fitting.size)"
      let count = grouped(data.dataset.training.count)
      notes.append("calibration \(fitting.count): the \(count) training images fill \(all)")
    }
    if fitting.count < Self.fewBatches || fitting.images < Self.fewImages {
      notes.append(
        "\(counted(fitting.images, "image")) in \(counted(fitting.count, "batch", plural: "batches")) are few for "
          + "calibration: ranges may miss what other images reach (usual: \(Self.fewImages) images or more in "
          + "\(Self.fewBatches) batches or more)")
    }
    return notes
  }
}

/// What post-training quantization came to, beside what the float model makes of the same images.
typealias PostTrainingFigures = (quantized: QuantizedFigures, float: Evaluation)

/// Post-training quantization of a float model that is known to fit the data.
func postTraining(
  of source: ModelEntry, named result: String, _ recipe: PostTrainingRecipe, _ data: ChosenData,
  _ verb: Word, answers: AnswersLibrary, notes: [String]
) -> MakeModel<PostTrainingFigures> {
  MakeModel(
    source: source, result: result, kind: .integer, data: data, verb: verb, notes: notes,
    compute: { float, console in
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
        let before = try console.answers(of: float, named: source.name, on: data, answers)
      else { return nil }
      return (integer, (measured, before))
    },
    describe: { figures, entry in
      entry.details[.settings] = Command.ptq.name + ", " + recipe.words
      entry.details[.postTraining] = recipe.json
      entry.details[.policy] = recipe.policy.json
      entry.figures = figures.quantized.stored
      entry.figures["fake_quant_accuracy"] = figures.quantized.fakeQuantized.accuracy
    },
    report: { figures, entry, console in
      let measured = figures.quantized
      console.compare(
        entry, measured.integer, with: source.name, figures.float, floatBytes: measured.floatBytes, on: data,
        sourceWords: "\(source.name), in float,")
      console.report(
        measured, of: result, integer: entry,
        agreementText: "\(result) chooses the class of its fake-quantized form for "
          + "\(percentage(measured.agreement)) of the test images")
      console.metric(
        result, "drop_points", -(100 * (measured.integer.accuracy - figures.float.accuracy)))
    })
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
