import Datasets
import GraphIR
import Language
import Quantization
import Text
import Training

extension Keyword {
  static let spreadFactor = Keyword(
    "by", .real(RealRange(lower: 1, upper: 1e6, includesLower: false)), otherwise: "30", example: "30",
    "how many times the least channel is scaled down")
  static let spreadSeed = Keyword(
    "seed", .count(seedRange), otherwise: "the session's", example: "7", "seed of the factors")
}

extension Command {
  static let rescale = Command(
    "rescale", "spread the ranges of a model's channels and leave its function as it is",
    target: .result("the rescaled model"), operands: [Operand("a float model", .model([.float]))],
    keywords: [.spreadFactor, .spreadSeed],
    examples: ["wide = rescale teacher by 30", "rescale teacher by 100 seed 7"],
    footprint: { arguments, _ in
      makingFootprint(
        .float, suffix: "-wide", from: arguments.word(at: 0)?.text, arguments,
        also: arguments.sessionSeed(unless: .spreadSeed))
    }
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
    let (source, name, data) = try workspace.input(word, kinds: [.float], suffix: "-wide", arguments)
    guard !source.graph.scalablePairs.isEmpty else { throw ModelError.nothingToRescale(word) }
    let rescaling = Rescaling(
      source: source, result: name, factor: arguments.real(.spreadFactor) ?? 30,
      seed: workspace.seed(arguments, .spreadSeed), data: data, note: replacement(name, workspace))
    return rescaling.make(arguments.verb).plan
  }
}

/// A rescaling of a float model that is known to fit the data.
private struct Rescaling {
  struct Figures {
    var spread: ChannelSpread
    var before, after: Evaluation
  }

  var source: ModelEntry
  var result: String
  var factor: Double
  var seed: UInt64
  var data: ChosenData
  var note: String

  func make(_ verb: Word) -> MakeModel<Figures> {
    MakeModel(
      source: source, result: result, kind: .float, data: data, verb: verb,
      compute: { model, console in
        guard let figures = try figures(model, console) else { return nil }
        guard figures.spread.pairs > 0 else { throw ModelError.nothingToRescale(verb) }
        return (figures.spread.model, figures)
      },
      describe: { figures, entry in
        entry.details = source.details
        entry.details[.start] = source.name
        entry.details[.settings] = Command.rescale.name + ", by \(plain(factor)), seed \(seed)"
        entry.figures = ["accuracy": figures.after.accuracy, "loss": figures.after.loss]
      }, report: { report($0, $1, $3) })
  }

  /// Nil where it was cancelled.
  private func figures(_ model: Model, _ console: Console) throws -> Figures? {
    let batches = CalibrationBatches(count: .max, size: 250, of: data.dataset.training)
    let maxima = try channelMaxima(
      of: model, on: data.dataset, batches: batches, seed: seed, cancellation: console.cancellation
    ) { done, total in
      console.progress { Progress(activity: "channel ranges \(source.name)", done: done, total: total) }
    }
    guard let maxima else { return nil }
    let spread = try spreadChannels(model, by: Float(factor), seed: seed, maxima: maxima)
    guard let old = try console.evaluation(of: model, named: source.name, on: data),
      let new = try console.evaluation(of: spread.model, named: result, on: data)
    else { return nil }
    return Figures(spread: spread, before: old, after: new)
  }

  private func report(_ figures: Figures, _ entry: ModelEntry, _ console: Console) {
    let spread = figures.spread
    console.note(
      "\(result): \(source.name) with \(counted(spread.channels, "channel")) scaled between "
        + "\(counted(spread.pairs, "pair")) of layers, most a little and a few down to a "
        + "factor of 1/\(plain(factor)), and back in the layer that reads it" + note)
    if spread.clippedChannels > 0 {
      console.note(
        "\(counted(spread.clippedChannels, "channel")) whose relu6 reaches 6 on training images stayed: scaling would "
          + "change what it cuts off")
    }
    let same = agreement(figures.before.predictions, figures.after.predictions)
    console.metric(
      result, "agreement", same,
      text: "\(result) and \(source.name) choose the same class for \(percentage(same)) of the test images")
    console.metric(
      result, "accuracy", figures.after.accuracy,
      text: "\(result) accuracy \(percentage(figures.after.accuracy)) on "
        + counted(data.dataset.test.count, "test image"))
    console.metric(result, "loss", figures.after.loss)
    if let bytes = entry.byteCount { console.metric(result, "size_bytes", Double(bytes)) }
  }
}
