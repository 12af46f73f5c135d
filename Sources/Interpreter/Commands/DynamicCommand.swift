import Datasets
import GraphIR
import Language
import Quantization
import Training

extension Command {
  static let dynamic = Command(
    "dynamic", "quantize the dense layers alone, with ranges found at each run",
    target: .result("the dynamically quantized model"),
    operands: [Operand("a float model", .model([.float]))],
    examples: ["small = dynamic teacher", "dynamic teacher"], effect: .changes
  ) { arguments, scope in
    let word = try arguments.requiredWord(at: 0)
    let source = try scope.model(word, kinds: [.float])
    let name = try resultName(of: arguments, source: source, suffix: "-dynamic")
    let share = DenseShare(of: source.graph)
    guard share.denseWeights > 0 else { throw ModelError.noDenseLayer(word) }
    let data = try scope.data(for: arguments.verb.range)
    try scope.requireFit(source, word, data)
    let quantization = PlannedDynamicQuantization(
      source: source.name, result: name, share: share, data: data, verb: arguments.verb,
      note: "\(name): \(source.name) with dense layers in integers, the rest in float"
        + replacement(name, scope))
    scope.use(data)
    scope.register(ModelEntry(name: name, kind: .dynamic, graph: source.graph))
    return Step { draft, console in try quantization.run(&draft, console) }
  }
}

/// Dynamic quantization of a float model that is known to fit the data.
private struct PlannedDynamicQuantization {
  var source: String
  var result: String
  var share: DenseShare
  var data: ChosenData
  var verb: Word
  var note: String

  func run(_ draft: inout Draft, _ console: Console) throws -> StepEnding {
    if let note = data.note { console.note(note) }
    console.note(note)
    if let note = foreignData(try draft.entry(source), data) { console.note(note) }
    if data.isStandard { draft.set(.data, to: data.choice.text) }
    let float = try draft.model(source)
    let floatEntry = try draft.entry(source)
    let model: Model
    do {
      model = try quantizeDynamically(float)
    } catch {
      throw UnexpectedError(EngineCause(error), range: verb.range)
    }
    let measured = try runningTraining(verb) {
      () throws -> (Evaluation, speed: Speed, floatSpeed: Speed, float: Double)? in
      guard let evaluation = try console.evaluation(of: model, named: result, on: data),
        let accuracy = try console.knownAccuracy(of: floatEntry, float, on: data),
        let speeds = try measureSpeeds(
          of: 2, cancellation: console.cancellation, model: { $0 == 0 ? float : model })
      else { return nil }
      return (evaluation, speeds[1], speeds[0], accuracy)
    }
    guard let measured, !console.cancellation.isCancelled else {
      console.note("stopped; nothing was kept")
      return .interrupted
    }
    var entry = ModelEntry(name: result, kind: model.kind, graph: model.graph)
    entry.details = [.data: data.choice.text, .start: source, .settings: "dynamic"]
    entry.figures = [
      "accuracy": measured.0.accuracy, "loss": measured.0.loss,
      "latency_ms": measured.speed.latencyMilliseconds, "throughput": measured.speed.imagesPerSecond,
    ]
    entry.figures[ModelEntry.floatSize] = floatEntry.byteCount.map(Double.init)
    entry = try draft.save(Draft.NewModel(entry: entry, parameters: model.parameters))
    report(entry, measured.0, measured.speed, float: (measured.float, measured.floatSpeed), console)
    return .done
  }

  private func report(
    _ entry: ModelEntry, _ evaluation: Evaluation, _ speed: Speed, float: (accuracy: Double, speed: Speed),
    _ console: Console
  ) {
    let change = 100 * (evaluation.accuracy - float.accuracy)
    let weights = Double(share.denseWeights) / Double(share.weights)
    let products = Double(share.denseProducts) / Double(share.products)
    console.text(
      "integers hold \(percentage(weights, 1)) of the weights of \(source) and do \(percentage(products, 1)) of its "
        + "multiplications: those of its dense layers")
    if weights < 1 {
      console.note(
        "convolutions stay in float: before each one the range of a whole feature map would have to be found at every "
          + "run, which costs more than integers save; static quantization does all layers: ptq \(source)")
    }
    console.text(
      "\(result) accuracy \(percentage(evaluation.accuracy)) on "
        + "\(counted(data.dataset.test.count, "test image")); \(source) \(percentage(float.accuracy)): "
        + "\(signed(change, 2)) points")
    if let bytes = entry.byteCount.map(Double.init), let before = entry.figures[ModelEntry.floatSize] {
      console.text(
        "\(result) takes \(byteCount(bytes)), \(fixed(bytes / before, 3)) of \(source)'s \(byteCount(before))"
      )
    }
    console.metric(result, "accuracy", evaluation.accuracy)
    console.metric(result, "loss", evaluation.loss)
    console.metric(result, "drop_points", -change)
    console.metric(result, "size_bytes", entry.byteCount.map(Double.init) ?? 0)
    console.report(speed, of: result)
    let speedup = float.speed.latencyMilliseconds / speed.latencyMilliseconds
    console.metric(
      result, "speedup", speedup, text: "\(fixed(speedup, 2))× the speed of \(source) for one image",
      reproducible: false)
  }
}
