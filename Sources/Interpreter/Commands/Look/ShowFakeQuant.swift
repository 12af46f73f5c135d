import Datasets
import Execution
import GraphIR
import Language
import Quantization
import Text
import Training

/// `show fake-quant LAYER` and `show fake-quant range LOW HIGH`.
func showFakeQuant(_ arguments: Arguments, _ workspace: Workspace) throws -> Plan {
  let topic = try arguments.requiredWord(at: 0)
  guard let word = arguments.word(at: 1) else {
    throw StatementError.topicNeeds(
      topic, what: "a layer of a QAT model, or a range", example: "show fake-quant range -1 2 bits 4")
  }
  if word.text == "range", arguments.operands.count > 2 || workspace.kind(of: word.text) == nil {
    return try showRange(arguments, word)
  }
  if let surplus = arguments.word(at: 2) {
    throw StatementError.surplusTopic(surplus, topic: "show fake-quant \(word.text)")
  }
  let subject = try workspace.layerSubject(word, verb: arguments.verb, newest: [.fakeQuantized])
  try workspace.require(subject.entry, word, kinds: [.fakeQuantized])
  guard let layer = subject.layer else {
    throw StatementError.layerMissing(word, layers: subject.entry.graph.weightedLayers)
  }
  let name = subject.entry.name + "." + layer
  for keyword in ShowTopic.fakeQuant.keywords {
    if let range = arguments.range(of: keyword) {
      throw QuantizerError.gridOfLayer(range, option: keyword.name, layer: name)
    }
  }
  let data = try workspace.data(for: arguments.verb.range)
  try workspace.requireFit(subject.entry, word, data)
  let shown = PlannedFakeQuant(
    sample: LayerSample(
      model: subject.entry.name, layer: layer,
      batches: CalibrationBatches(count: 8, size: 32, of: data.dataset.training), data: data,
      seed: workspace.sessionSeed, verb: arguments.verb, isNewest: subject.isNewest))
  return Plan { workspace, console in try shown.run(workspace, console) }
}

/// What `show fake-quant` uses.
func fakeQuantFootprint(_ arguments: Arguments, _ known: KnownNames) -> Footprint {
  let word = arguments.word(at: 1)?.text
  if word == "range", arguments.operands.count > 2 || known.model(named: "range") == nil { return .nothing }
  return Footprint(uses: known.subjectUses(word, newest: [.fakeQuantized]).union([.data, .seed]))
}

/// The quantizer that a range gives, whatever is in the session.
private func showRange(_ arguments: Arguments, _ word: Word) throws -> Plan {
  let ends = try numbers(arguments, from: 2)
  guard ends.count == 2 else { throw QuantizerError.rangeIncomplete(word) }
  guard ends[0] < ends[1] else {
    let range = arguments.operands[2].range.joined(with: arguments.operands[3].range)
    throw QuantizerError.rangeReversed(range, low: ends[0], high: ends[1])
  }
  let written = WrittenGrid(arguments)
  let parameters = chooseQuantizationParameters(minimum: ends[0], maximum: ends[1], grid: written.grid)
  return Plan { _, console in
    let clip = parameters.range
    console.text("\(interval(ends[0], ends[1])) on the grid \(written.grid.span)")
    if let defaults = written.defaults { console.note("not written, so: \(defaults)") }
    if ends[0] > 0 || ends[1] < 0 {
      console.note("the range is widened to hold 0, which padding and ReLU need to be exact")
    }
    console.text(
      derivation(minimum: ends[0], maximum: ends[1], grid: written.grid)
        + "\nvalues below \(number(clip.minimum)) and above \(number(clip.maximum)) are clipped")
    console.put(quantizer: parameters, name: "range \(number(ends[0])) … \(number(ends[1]))")
    console.metrics(of: parameters, "fake_quant")
    console.metrics(ofRange: clip, "fake_quant")
    return .done
  }
}

/// The quantizers of one layer of a QAT model, with what its activations do on them.
private struct PlannedFakeQuant {
  var sample: LayerSample

  private var name: String { sample.name }

  func run(_ workspace: Workspace, _ console: Console) throws -> PlanEnding {
    let network = try sample.open(workspace, console)
    let inspection = try runningTraining(sample.verb) {
      try inspections(of: network).first { $0.layer == sample.layer }
    }
    guard let inspection, inspection.output != nil || inspection.weights != nil else {
      console.text("\(name) stays in float: nothing of it is rounded")
      return .done
    }
    showWeights(inspection, console)
    guard let output = inspection.output else {
      console.text("\(name) has no quantizer behind it: what it gives stays in float")
      if let weights = inspection.weights {
        console.put(quantizer: weights.widest, name: "\(name), weights")
      }
      return .done
    }
    showRange(output, inspection, console)
    let distribution = try sample.distribution(
      in: network, bits: nil, activity: "show fake-quant", console)
    guard let distribution else { return .interrupted }
    let loss = distribution.outputs?.candidates.first { $0.origin == .model }?.loss ?? RoundingLoss()
    let batches = sample.batches
    console.put(quantizer: output, name: "\(name), outputs")
    console.text(
      "\(percentage(loss.clipped, 3)) of \(grouped(loss.count)) activations, those of "
        + "\(counted(batches.count, "batch", plural: "batches")) of \(batches.size) images, are clipped: "
        + "they get no gradient")
    console.metric(name, "outputs.clipped", loss.clipped, cases: loss.count)
    return .done
  }

  private func showWeights(_ inspection: LayerInspection, _ console: Console) {
    guard let weights = inspection.weights else { return }
    let scales =
      weights.leastScale == weights.greatestScale
      ? "scale \(short(weights.leastScale))" : "scales \(interval(weights.leastScale, weights.greatestScale))"
    let clipped = weights.loss.map { ", \(percentage($0.clipped, 3)) of them clipped" } ?? ""
    console.text("\(name), weights: grid \(weights.grid.span), \(scales), zero point 0\(clipped)")
    if let loss = weights.loss {
      console.metric(name, "weights.clipped", loss.clipped, cases: loss.count)
    }
    console.metric(name, "weights.scale", Double(weights.greatestScale))
  }

  /// Where the output's scale and zero point come from.
  private func showRange(
    _ output: QuantizationParameters, _ inspection: LayerInspection, _ console: Console
  ) {
    let clip = output.range
    var origin = "the scale \(number(output.scale)) is trained (\(inspection.method?.words ?? "learned"))"
    if let seen = inspection.observed {
      origin =
        "the observer came to \(interval(seen.minimum, seen.maximum)) (\(RangeMethod.observed.words)): "
        + derivation(minimum: seen.minimum, maximum: seen.maximum, grid: output.grid)
    }
    console.text(
      "\(name), outputs: grid \(output.grid.span)\n\(origin)\nvalues below \(number(clip.minimum)) and above "
        + "\(number(clip.maximum)) are clipped")
    console.metrics(of: output, name + ".outputs")
    console.metrics(ofRange: clip, name + ".outputs")
  }
}

extension LayerInspection.Weights {
  /// The quantizer of the output with the coarsest grid.
  fileprivate var widest: QuantizationParameters {
    QuantizationParameters(scale: greatestScale, zeroPoint: 0, grid: grid)
  }
}

extension Console {
  /// A quantizer's curves: what comes out for what goes in, and what of a gradient comes back.
  fileprivate func put(quantizer: QuantizationParameters, name: String) {
    put(.curve(Staircase(quantizer).curve("\(name): value out for value in")))
    if quantizer.grid.levels > 32 {
      put(
        .curve(
          Staircase(quantizer, around: 0, reach: 4).curve("\(name): the steps around 0")))
    }
    put(.curve(Staircase(quantizer).gradient("\(name): straight-through gradient")))
  }

  fileprivate func metrics(ofRange range: ObservedRange, _ name: String) {
    metric(name, "minimum", Double(range.minimum))
    metric(name, "maximum", Double(range.maximum))
  }
}
