import Datasets
import GraphIR
import Language
import Quantization
import Text
import Training

extension Command {
  static let dynamic = Command(
    "dynamic", "quantize the dense layers alone, with ranges found at each run",
    target: .result("the dynamically quantized model"),
    operands: [Operand("a float model", .model([.float]))],
    examples: ["small = dynamic teacher", "dynamic teacher"],
    footprint: { arguments, _ in
      makingFootprint(.dynamic, suffix: "-dynamic", from: arguments.word(at: 0)?.text, arguments)
    }
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
    let (source, name, data) = try workspace.input(word, kinds: [.float], suffix: "-dynamic", arguments)
    let share = DenseShare(of: source.graph)
    guard share.denseWeights > 0 else { throw ModelError.noDenseLayer(word) }
    let note =
      "\(name): \(source.name) with dense layers in integers, the rest in float"
      + replacement(name, workspace)
    return DynamicQuantization(
      source: source, result: name, share: share, data: data, answers: workspace.library.answers,
      statement: WrittenStatement(arguments.statement, in: workspace.source)
    ).model(arguments.verb, note: note).plan
  }
}

/// What dynamic quantization came to.
private struct DynamicFigures {
  var evaluation: Evaluation
  var speed, floatSpeed: Speed
  /// What the float model makes of the same images.
  var float: Evaluation
}

/// Dynamic quantization of a float model that is known to fit the data.
private struct DynamicQuantization {
  var source: ModelEntry
  var result: String
  var share: DenseShare
  var data: ChosenData
  var answers: AnswersLibrary
  var statement: WrittenStatement

  func model(_ verb: Word, note: String) -> MakeModel<DynamicFigures> {
    MakeModel(
      source: source, result: result, kind: .dynamic, data: data, verb: verb, notes: [note],
      compute: { try made(of: $0, verb, $1) },
      describe: { measured, entry in
        entry.details[.settings] = Command.dynamic.name
        entry.figures = [
          "accuracy": measured.evaluation.accuracy, "loss": measured.evaluation.loss,
          "latency_ms": measured.speed.latencyMilliseconds, "throughput": measured.speed.imagesPerSecond,
        ]
        entry.figures[ModelEntry.floatSize] = source.byteCount.map(Double.init)
      },
      report: { measured, entry, workspace, console in
        var evidence = RunEvidence(
          name: result, kind: .dynamic, statement: statement, measured.evaluation, on: data)
        evidence.start = RunEvidence.Start(name: source.name, predictions: measured.float.predictions)
        console.report(share, of: source.name)
        console.report(measured, entry, source: source.name, evidence)
        console.put(workspace.findings(in: evidence))
      })
  }

  /// Nil where it was cancelled.
  private func made(
    of float: Model, _ verb: Word, _ console: Console
  ) throws -> (model: Model, measured: DynamicFigures)? {
    let model: Model
    do {
      model = try quantizeDynamically(float)
    } catch {
      throw UnexpectedError(EngineCause(error), range: verb.range)
    }
    guard let evaluation = try console.evaluation(of: model, named: result, on: data),
      let before = try console.answers(of: float, named: source.name, on: data, answers),
      let speeds = try console.speeds(of: [source.name, result], model: { $0 == 0 ? float : model })
    else { return nil }
    return (
      model,
      DynamicFigures(evaluation: evaluation, speed: speeds[1], floatSpeed: speeds[0], float: before)
    )
  }
}

extension Console {
  /// How much of the network integers hold and do.
  fileprivate func report(_ share: DenseShare, of source: String) {
    let weights = Double(share.denseWeights) / Double(share.weights)
    let products = Double(share.denseProducts) / Double(share.products)
    text(
      "integers hold \(percentage(weights, 1)) of the weights of \(source) and do \(percentage(products, 1)) of its "
        + "multiplications: those of its dense layers")
    if weights < 1 {
      note(
        "convolutions stay in float: before each one the range of a whole feature map would have to be found at every "
          + "run, which costs more than integers save; static quantization does all layers: ptq \(source)")
    }
  }

  fileprivate func report(
    _ measured: DynamicFigures, _ entry: ModelEntry, source: String, _ evidence: RunEvidence
  ) {
    let (result, evaluation) = (entry.name, measured.evaluation)
    compare(
      entry, evidence, with: source, floatBytes: entry.figures[ModelEntry.floatSize], sourceWords: source)
    metric(result, "accuracy", evaluation.accuracy)
    metric(result, "loss", evaluation.loss)
    drop(result, evidence)
    metric(result, "size_bytes", entry.byteCount.map(Double.init) ?? 0)
    report(measured.speed, of: result)
    let speedup = measured.speed.ratio(over: measured.floatSpeed)
    metric(
      result, "speedup", speedup,
      text: "\(fixed(speedup, 2))× the speed of \(source) for one image"
        + (measured.speed.isLike(measured.floatSpeed) ? ", which is within the spread of both" : ""),
      reproducible: false)
  }
}
