import Datasets
import GraphIR
import Language
import Quantization
import Training

/// Post-training quantization of a float model that is known to fit the data.
struct PlannedQuantization {
  var source: String
  var result: String
  var recipe: PostTrainingRecipe
  var data: ChosenData
  var verb: Word
  var notes: [String] = []

  /// Fewer batches hold for the ranges of a network no better than chance; 8 batches of 32 images are usual.
  private static let fewBatches = 8
  private static let fewImages = 256

  /// Cuts the batches to those that the data has; returns what there is to say of their number.
  mutating func fitBatches(_ arguments: Arguments) -> [String] {
    let wanted = recipe.batches
    let fitting = CalibrationBatches(
      count: recipe.batches, size: recipe.batchSize, of: data.dataset.training)
    (recipe.batches, recipe.batchSize) = (fitting.count, fitting.size)
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

  func run(_ draft: inout Draft, _ console: Console) throws -> StepEnding {
    if let note = data.note { console.note(note) }
    for note in notes { console.note(note) }
    if let note = foreignData(try draft.entry(source), data) { console.note(note) }
    console.note("settings: " + recipe.words)
    if data.isStandard { draft.set(.data, to: data.choice.text) }
    let float = try draft.model(source)
    let floatEntry = try draft.entry(source)
    let figures = try runningTraining(verb) {
      () throws -> (integer: Model, measured: QuantizedFigures, float: Double)? in
      let watch = Stopwatch()
      let quantized = try quantizeAfterTraining(
        float, on: data.dataset, recipe: recipe, cancellation: console.cancellation
      ) { console.tell($0, of: result, watch) }
      guard let quantized else { return nil }
      let integer = try Training.convert(quantized)
      let bytes = floatEntry.byteCount.map(Double.init)
      guard
        let measured = try console.measured(
          quantized, named: result, integer: integer, named: result, on: data, floatBytes: bytes),
        let accuracy = try console.knownAccuracy(of: floatEntry, float, on: data)
      else { return nil }
      return (integer, measured, accuracy)
    }
    guard let figures, !console.cancellation.isCancelled else {
      console.note("stopped; nothing was kept")
      return .interrupted
    }
    let entry = try keep(figures.integer, figures.measured, in: &draft)
    report(figures.measured, entry: entry, float: figures.float, console)
    return .done
  }

  private func keep(
    _ integer: Model, _ measured: QuantizedFigures, in draft: inout Draft
  ) throws -> ModelEntry {
    var entry = ModelEntry(name: result, kind: integer.kind, graph: integer.graph)
    entry.details = [.data: data.choice.text, .start: source, .settings: "ptq, " + recipe.words]
    entry.details[.policy] = recipe.policy.json
    entry.figures = measured.stored
    entry.figures["fake_quant_accuracy"] = measured.fakeQuantized.accuracy
    return try draft.save(Draft.NewModel(entry: entry, parameters: integer.parameters))
  }

  private func report(
    _ measured: QuantizedFigures, entry: ModelEntry, float: Double, _ console: Console
  ) {
    let change = 100 * (measured.integer.accuracy - float)
    console.text(
      "\(result) accuracy \(percentage(measured.integer.accuracy)) on "
        + "\(counted(data.dataset.test.count, "test image")); \(source), in float, \(percentage(float)): "
        + "\(signed(change, 2)) points")
    if let bytes = entry.byteCount.map(Double.init), let before = measured.floatBytes {
      console.text(
        "\(result) takes \(byteCount(bytes)), \(fixed(bytes / before, 3)) of \(source)'s \(byteCount(before))"
      )
    }
    console.report(
      measured, of: result, integer: entry,
      agreementText: "\(result) chooses the class of its fake-quantized form for "
        + "\(percentage(measured.agreement)) of the test images")
    console.metric(result, "drop_points", -change)
  }
}

extension Console {
  /// Accuracy as it was measured on the same data, or else now; nil where that was cancelled.
  func knownAccuracy(of entry: ModelEntry, _ model: Model, on data: ChosenData) throws -> Double? {
    let isSame = entry.details[.data].flatMap(DataChoice.init(text:))?.request == data.choice.request
    if isSame, let known = entry.figures["accuracy"] { return known }
    return try evaluation(of: model, named: entry.name, on: data)?.accuracy
  }

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
