import Datasets
import GraphIR
import Language
import Quantization
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
    examples: ["wide = rescale teacher by 30", "rescale teacher by 100 seed 7"], effect: .changes
  ) { arguments, scope in
    let word = try arguments.requiredWord(at: 0)
    let source = try scope.model(word, kinds: [.float])
    let name = try resultName(of: arguments, source: source, suffix: "-wide")
    guard !source.graph.scalablePairs.isEmpty else { throw ModelError.nothingToRescale(word) }
    let data = try scope.data(for: arguments.verb.range)
    try scope.requireFit(source, word, data)
    let rescaling = PlannedRescaling(
      source: source.name, result: name, factor: arguments.real(.spreadFactor) ?? 30,
      seed: arguments.count(.spreadSeed).map(UInt64.init) ?? scope.seed, data: data, verb: arguments.verb,
      note: replacement(name, scope))
    scope.use(data)
    scope.register(ModelEntry(name: name, kind: .float, graph: source.graph, details: source.details))
    return Step { draft, console in try rescaling.run(&draft, console) }
  }
}

/// A rescaling of a float model that is known to fit the data.
private struct PlannedRescaling {
  var source: String
  var result: String
  var factor: Double
  var seed: UInt64
  var data: ChosenData
  var verb: Word
  var note: String

  func run(_ draft: inout Draft, _ console: Console) throws -> StepEnding {
    if let note = data.note { console.note(note) }
    if data.isStandard { draft.set(.data, to: data.choice.text) }
    let model = try draft.model(source)
    let before = try draft.entry(source)
    let batches = CalibrationBatches(count: .max, size: 250, of: data.dataset.training)
    let spread = try runningTraining(verb) { () throws -> ChannelSpread? in
      let maxima = try channelMaxima(
        of: model, on: data.dataset, batches: batches, seed: seed, cancellation: console.cancellation
      ) { done, total in
        console.progress { Progress(activity: "channel ranges \(source)", done: done, total: total) }
      }
      return try maxima.map { try spreadChannels(model, by: Float(factor), seed: seed, maxima: $0) }
    }
    let measured = try runningTraining(verb) { () throws -> (ChannelSpread, Evaluation, Evaluation)? in
      guard let spread, let old = try console.evaluation(of: model, named: source, on: data),
        let new = try console.evaluation(of: spread.model, named: result, on: data)
      else { return nil }
      return (spread, old, new)
    }
    guard let (spread, old, new) = measured, !console.cancellation.isCancelled else {
      console.note("stopped; nothing was kept")
      return .interrupted
    }
    guard spread.pairs > 0 else { throw ModelError.nothingToRescale(verb) }
    var entry = ModelEntry(name: result, kind: .float, graph: spread.model.graph)
    entry.details = before.details
    entry.details[.start] = source
    entry.details[.settings] = "rescale, by \(plain(factor)), seed \(seed)"
    entry.figures = ["accuracy": new.accuracy, "loss": new.loss]
    entry = try draft.save(Draft.NewModel(entry: entry, parameters: spread.model.parameters))
    report(spread, entry, same: agreement(old.predictions, new.predictions), console, new)
    return .done
  }

  private func report(
    _ spread: ChannelSpread, _ entry: ModelEntry, same: Double, _ console: Console, _ new: Evaluation
  ) {
    console.note(
      "\(result): \(source) with \(counted(spread.channels, "channel")) scaled between "
        + "\(counted(spread.pairs, "pair")) of layers, most a little and a few down to a "
        + "factor of 1/\(plain(factor)), and back in the layer that reads it" + note)
    if spread.clippedChannels > 0 {
      console.note(
        "\(counted(spread.clippedChannels, "channel")) whose relu6 reaches 6 on training images stayed: scaling would "
          + "change what it cuts off")
    }
    console.metric(
      result, "agreement", same,
      text: "\(result) and \(source) choose the same class for \(percentage(same)) of the test images")
    console.metric(
      result, "accuracy", new.accuracy,
      text: "\(result) accuracy \(percentage(new.accuracy)) on "
        + counted(data.dataset.test.count, "test image"))
    console.metric(result, "loss", new.loss)
    if let bytes = entry.byteCount { console.metric(result, "size_bytes", Double(bytes)) }
  }
}
