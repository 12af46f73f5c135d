import Datasets
import GraphIR
import Language
import Quantization
import Text
import Training

/// `explore LAYER ["FILE"]`.
func exploreLayer(_ arguments: Arguments, _ word: Word, _ workspace: Workspace) throws -> Plan {
  let subject = try workspace.layerSubject(word, verb: arguments.verb, newest: [.float])
  guard let layer = subject.layer else {
    throw StatementError.layerMissing(word, layers: subject.entry.graph.weightedLayers)
  }
  if let surplus = arguments.operands.indices.dropFirst().first(where: { arguments.word(at: $0) != nil }),
    let second = arguments.word(at: surplus)
  {
    throw StatementError.surplusTopic(second, topic: "explore \(word.text)")
  }
  if arguments.operands.count > 2 {
    let range = arguments.operands[2].range
    throw StatementError.surplusTopic(
      Word(text: arguments.text(at: 2) ?? "", range: range), topic: "explore \(word.text)")
  }
  let owner = Word(text: subject.entry.name, range: word.range)
  let (source, note) = try workspace.floatModel(owner, verb: arguments.verb)
  guard source.graph.weightedLayers.contains(layer) else {
    throw StatementError.layerMissing(word, layers: source.graph.weightedLayers)
  }
  let data = try workspace.data(for: arguments.verb.range)
  try workspace.requireFit(source, word, data)
  let file = try PageFile(
    arguments.text(at: 1), otherwise: source.name + "." + layer,
    arguments.operands.indices.contains(1) ? arguments.operands[1].range : word.range, workspace)
  var planned = PlannedExploration(
    source: source.name, layer: layer, data: data, file: file,
    images: arguments.count(.exploredImages) ?? Keyword.defaultTrialImages, seed: workspace.sessionSeed,
    verb: arguments.verb)
  planned.observer = arguments.word(.observer).flatMap { ObserverKind(rawValue: $0.text) }
  planned.note = note ?? (subject.isNewest ? "\(source.name) is the newest float model with that layer" : nil)
  return Plan { workspace, console in try planned.run(workspace, console) }
}

/// A page on one layer of a float model that is known to fit the data.
private struct PlannedExploration {
  var source: String
  var layer: String
  var data: ChosenData
  var file: PageFile
  var images: Int
  var seed: UInt64
  var verb: Word
  /// Nil for the one that is usual in each width.
  var observer: ObserverKind?
  var note: String?

  private static let widths = [8, 6, 4, 3, 2]
  /// Values that a page holds: 64 kB of weights and 64 kB of activations.
  private static let held = 16_384

  private var name: String { source + "." + layer }

  func run(_ workspace: Workspace, _ console: Console) throws -> PlanEnding {
    for words in [data.note, note].compactMap({ $0 }) { console.note(words) }
    if let words = foreignData(try workspace.entry(source), data) { console.note(words) }
    let model = try workspace.weights(of: source)
    let batches = CalibrationBatches(count: 8, size: 32, of: data.dataset.training)
    let values = try runningTraining(verb) {
      try sampledLayer(
        of: layer, in: model, on: data.dataset, batches: batches, limit: Self.held, seed: seed,
        cancellation: console.cancellation
      ) { done, all in console.progress { Progress(activity: "explore \(name)", done: done, total: all) } }
    }
    guard let values else { return stopped(console) }
    var accuracy = 0.0
    var trials: [LayerPage.Trial] = []
    for (index, bits) in Self.widths.enumerated() {
      console.progress {
        Progress(activity: "explore \(name)", done: index, total: Self.widths.count, stage: "\(bits) bits")
      }
      let found = try runningTraining(verb) { try trial(bits, of: model, console) }
      guard let found else { return stopped(console) }
      accuracy = found.accuracy
      trials.append(found.trial)
    }
    let sample = values.weightSample(limit: Self.held)
    let page = LayerPage(
      name: name, values: values, weightRows: sample.rows, weights: sample.values, accuracy: accuracy,
      images: min(images, data.dataset.test.count), trials: trials,
      ranges: "grids of \(QuantizationBackend.x86.rawValue), ranges by \(rangeWords)", source: name)
    try file.write(page.html, title: name, console)
    tell(page, console)
    return .done
  }

  private var rangeWords: String {
    observer.map(\.name) ?? "histogram, at 4 bits and fewer by mse"
  }

  private func stopped(_ console: Console) -> PlanEnding {
    console.note("stopped before the page was written")
    return .interrupted
  }

  /// The layer alone in one width.
  private func trial(
    _ bits: Int, of model: Model, _ console: Console
  ) throws -> (trial: LayerPage.Trial, accuracy: Double)? {
    let policy = QuantizationPolicy(
      weightBits: bits, activationBits: bits, keepsEnds: false, reducesRange: false)
    let trials = try QuantizationTrials(
      model, on: data.dataset,
      recipe: PostTrainingRecipe(
        policy: policy, observer: observer ?? .usual(for: policy), batches: 8, seed: seed),
      images: images, cancellation: console.cancellation)
    guard let trials,
      let figures = try trials.figures(of: policy.quantizing(only: layer), cancellation: console.cancellation)
    else { return nil }
    let trial = LayerPage.Trial(
      bits: bits, accuracy: figures.accuracy, difference: PairedDifference(trials.hits, figures.hits),
      signalToNoise: figures.signalToNoise)
    return (trial, trials.accuracy)
  }

  private func tell(_ page: LayerPage, _ console: Console) {
    console.put(
      .table(
        Table(
          title: "\(name) alone in so many bits, on \(counted(page.images, "test image"))",
          columns: [
            Table.Column("bits", .right), Table.Column("accuracy", .right),
            Table.Column("points lost", .right),
          ],
          rows: page.trials.map {
            [
              .plain($0.bits), .percentage($0.accuracy),
              .fixed(100 * $0.difference.loss, 2, .points).faint(where: $0.difference.isWithinChance),
            ]
          })))
    console.note("points lost against float, \(percentage(page.accuracy)); faint where that is within chance")
    for trial in page.trials {
      console.metric(
        name, "explore.bits\(trial.bits).drop_points", 100 * trial.difference.loss, cases: page.images)
      for (key, ratio) in [("weights", weights(page, trial.bits)), ("outputs", outputs(page, trial.bits))] {
        if let ratio { console.metric(name, "explore.bits\(trial.bits).\(key)_sqnr_db", ratio) }
      }
    }
  }

  /// SQNR of the weights that the page holds, symmetric and with one scale, over their whole range.
  private func weights(_ page: LayerPage, _ bits: Int) -> Double? {
    ratio(page.weights, on: QuantizationBackend.x86.weightGrid(bits: bits))
  }

  private func outputs(_ page: LayerPage, _ bits: Int) -> Double? {
    ratio(page.values.activations, on: QuantizationBackend.x86.activationGrid(bits: bits))
  }

  private func ratio(_ values: [Float], on grid: QuantizationGrid) -> Double? {
    guard let low = values.min(), let high = values.max() else { return nil }
    let edge = max(-low, high)
    let range = grid.symmetric ? (-edge, edge) : (low, high)
    var loss = RoundingLoss()
    loss.add(values, on: chooseQuantizationParameters(minimum: range.0, maximum: range.1, grid: grid))
    return loss.signalToNoise
  }
}
