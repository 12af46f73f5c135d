import GraphIR
import Language
import Quantization
import SessionStore
import Text
import Training

extension Command {
  static let inspect = Command(
    "inspect", "look at what quantization does to a model's layers: scales, ranges, clipping, SQNR",
    operands: [
      Operand("a quantized model or one of its layers", .topic([], besides: .layers)),
      Operand("a layer of the model", .topic([], besides: .nothing), .optional),
    ],
    examples: ["inspect student", "inspect student.conv1", "inspect conv1", "inspect student-int8"],
    reasons:
      "It takes QAT models, integer models of convert and ptq, and dynamically quantized ones; of integers, "
      + "clipping and SQNR are known where the model that they were made from is still in the session.",
    footprint: { arguments, known in
      let models = known.subjectUses(arguments.subject?.text, newest: [.fakeQuantized])
      let starts = models.compactMap { name in
        if case .model(let name) = name { known.model(named: name)?.start } else { nil }
      }
      return Footprint(uses: models.union(starts.filter(known.knows).map(SessionName.model)))
    }
  ) { arguments, workspace in
    let word = try arguments.subject ?? arguments.requiredWord(at: 0)
    let subject = try workspace.layerSubject(word, verb: arguments.verb, newest: [.fakeQuantized])
    let entry = subject.entry
    if entry.kind == .float {
      throw ModelError.nothingQuantized(
        word, model: entry.name, layer: subject.layer ?? entry.graph.weightedLayers.first ?? "conv1")
    }
    return inspection(of: entry.name, layer: subject.layer, arguments.verb)
  }
}

/// Shows a quantized model's layers, or one of them.
func inspection(of model: String, layer: String?, _ verb: Word) -> Plan {
  Plan { workspace, console in
    let inspected = try runningTraining(verb) { try InspectedModel(model, workspace) }
    inspected.show(layer, console)
    return .done
  }
}

/// A quantized model's layers with where its ranges and its float weights come from.
private struct InspectedModel {
  var entry: ModelEntry
  var layers: [LayerInspection]
  var notes: [String]

  init(_ name: String, _ workspace: Workspace) throws {
    entry = try workspace.entry(name)
    let model = try workspace.weights(of: name, forLooking: true)
    switch entry.kind {
    case .fakeQuantized:
      layers = try inspections(of: model)
      let observes = layers.contains { $0.observed != nil }
      notes = [observes ? observerNote(try workspace.runRows(of: [name])) : nil].compactMap { $0 }
    case .float, .integer, .dynamic:
      switch FloatWeights(of: entry, in: workspace) {
      case .source(let source):
        layers = try inspections(ofIntegers: model, source: try workspace.weights(of: source))
        notes = ["the float weights beside the integers are those of \(source)"]
      case .unknown(let reason):
        layers = try inspections(ofIntegers: model, source: nil)
        notes = [reason + ", so clipping and SQNR are not known"]
      }
      if let settings = entry.details[.settings] { notes.append("made by: \(settings)") }
    }
  }

  func show(_ layer: String?, _ console: Console) {
    let chosen = layers.filter { layer == nil || $0.layer == layer }
    let isTrained = entry.kind == .fakeQuantized
    console.put(.table(weightTable(chosen, stored: isTrained ? "converts to" : "stored as")))
    console.put(.table(isTrained ? trainedOutputTable(chosen) : outputTable(chosen)))
    if let picture = picture(chosen) { console.put(.curve(picture)) }
    if entry.kind == .dynamic { console.note("the range of a dense layer's input is taken anew in each run") }
    if chosen.contains(where: { $0.weights?.loss != nil }) {
      console.note(
        "SQNR of the folded weights; even: what values spread evenly from end to end of one grid have, 6.02 dB for each "
          + "doubling of its steps, and no bound: bell-shaped weights have less, weights near the ends of their grids "
          + "more; clipped: share of the weights beyond the grid")
    }
    for note in notes { console.note(note) }
    if let normalization = entry.graph.normalization { console.note(normalization.words) }
    for inspection in chosen { console.metrics(of: inspection, model: entry.name) }
  }
}

/// How far rounding is from the weights, layer after layer; nil of fewer than three.
private func picture(_ layers: [LayerInspection]) -> Curve? {
  let points = layers.enumerated().compactMap { index, layer in
    layer.weights?.loss?.signalToNoise.map { Curve.Point(x: Double(index + 1), y: $0) }
  }
  guard points.count > 2 else { return nil }
  return Curve(
    title: "SQNR of the weights in the order of the layers", xLabel: "layer", yLabel: "dB",
    series: [Curve.Series(name: "weights", points: points)], since: 3)
}

/// Whether the weights that an integer model's were rounded from are at hand.
private enum FloatWeights {
  case source(String)
  case unknown(String)

  init(of entry: ModelEntry, in workspace: Workspace) {
    guard let start = entry.details[.start] else {
      self = .unknown("it is not known what \(entry.name) was made from")
      return
    }
    let isThere = workspace.model(named: start) != nil
    guard let source = try? workspace.start(of: entry) else {
      self = .unknown(
        isThere
          ? "\(start) was changed after \(entry.name) was made from it"
          : "\(start), which \(entry.name) was made from, is not in the session any more")
      return
    }
    let repairs = entry.weightRepairs
    if !repairs.isEmpty {
      self = .unknown("\(sentence(repairs)) changed the weights of \(start) before they were rounded")
    } else {
      self = .source(source.name)
    }
  }
}

extension ModelEntry {
  /// The options by which post-training quantization changed the float weights before it rounded them.
  var weightRepairs: [String] {
    guard let recipe = details[.postTraining].flatMap(PostTrainingRecipe.init(json:)) else {
      // Sessions from before kept words alone.
      let settings = (details[.settings] ?? "").split(separator: ",").map { $0.drop { $0 == " " } }
      return [Keyword.equalize, .reestimate].map(\.name).filter { settings.contains(Substring($0)) }
    }
    return [
      recipe.equalizes ? Keyword.equalize.name : nil,
      recipe.reestimatesBatchNorm ? Keyword.reestimate.name : nil,
    ].compactMap { $0 }
  }
}

/// Whether the run that made a QAT model froze its observers; nil where that is not known.
private func observerNote(_ runs: [RunRow]) -> String? {
  guard let run = runs.last(where: { $0.kind == .qat }) else { return nil }
  let events = (run.settings["events"] ?? "").split(separator: "; ").map(String.init)
  guard let event = events.first(where: { $0.contains("observers frozen") }) else {
    return "the observers were never frozen: each of the run's \(counted(run.stepsDone, "step")) moved them"
  }
  let step = event.split(separator: ":").first.map(String.init) ?? event
  return "the observers are frozen since \(step) of \(grouped(run.stepsDone))"
}

extension StoredWeights {
  fileprivate var words: String {
    switch self {
    case .integer(8): "int8, one a byte"
    case .integer(4): "int4, two a byte"
    case .integer(2): "int2, four a byte"
    case .integer(let bits): "int\(bits), 8 in \(bits) bytes"
    case .float(let storage): storage.rawValue
    }
  }
}

private func weightTable(_ layers: [LayerInspection], stored: String) -> Table {
  Table(
    title: "weights",
    columns: [
      Table.Column("layer"), Table.Column(stored), Table.Column("grid"), Table.Column("scales", .right),
      Table.Column("values", .right), Table.Column("clipped", .right), Table.Column("SQNR", .right),
      Table.Column("even", .right),
    ],
    rows: layers.map { layer in
      guard let weights = layer.weights else {
        let blanks = Array(repeating: Table.Cell.blank, count: 5)
        return [.text(layer.layer), .text(layer.stored.words), "float"] + blanks
      }
      return [
        .text(layer.layer), .text(layer.stored.words), "\(weights.grid.minimum)…\(weights.grid.maximum)",
        .scales(weights.leastScale, weights.greatestScale),
        .interval(weights.leastValue, weights.greatestValue),
        weights.loss.map { .percentage($0.clipped) } ?? .blank,
        weights.loss.map { .decibels(of: $0) } ?? .blank,
        .fixed(weights.evenSpreadRatio, 1, .decibels),
      ]
    })
}

private func outputTable(_ layers: [LayerInspection]) -> Table {
  Table(
    title: "outputs",
    columns: [
      Table.Column("layer"), Table.Column("grid"), Table.Column("scale", .right),
      Table.Column("zero point", .right), Table.Column("range", .right),
    ], rows: layers.map { [.text($0.layer)] + gridCells($0.output) })
}

/// With what the observer of each layer saw.
private func trainedOutputTable(_ layers: [LayerInspection]) -> Table {
  var table = outputTable(layers)
  table.columns += [Table.Column("range by"), Table.Column("it saw", .right)]
  for (index, layer) in layers.enumerated() {
    table.rows[index] += [
      .text(layer.method?.words ?? ""),
      layer.observed.map { .interval($0.minimum, $0.maximum) } ?? .blank,
    ]
  }
  return table
}

private func gridCells(_ output: QuantizationParameters?) -> [Table.Cell] {
  guard let output else { return ["float", .blank, .blank, .blank] }
  return [
    "\(output.grid.minimum)…\(output.grid.maximum)", .short(output.scale), .plain(output.zeroPoint),
    .interval(output.range.minimum, output.range.maximum),
  ]
}

extension RangeMethod {
  var words: String {
    switch self {
    case .observed: "moving average"
    case .learnedScale: "LSQ"
    case .clippedActivation: "PACT"
    }
  }
}

extension Console {
  fileprivate func metrics(of layer: LayerInspection, model: String) {
    let name = model + "." + layer.layer
    if let weights = layer.weights {
      if let ratio = weights.loss?.signalToNoise { metric(name, "sqnr_db", ratio) }
      if let loss = weights.loss { metric(name, "clipped", loss.clipped, cases: loss.count) }
      metric(name, "scale", Double(weights.greatestScale))
    }
    if let output = layer.output {
      metric(name, "output_scale", Double(output.scale))
      metric(name, "output_zero_point", Double(output.zeroPoint))
    }
    if let observed = layer.observed {
      metric(name, "observed_minimum", Double(observed.minimum))
      metric(name, "observed_maximum", Double(observed.maximum))
    }
  }
}
