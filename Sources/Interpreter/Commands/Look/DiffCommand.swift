import Datasets
import GraphIR
import Language
import Text
import Training

extension Keyword {
  fileprivate static let comparedImages = Keyword(
    "images", .count(1...10_000), otherwise: "128", example: "512",
    "test images that both models run on, from the first on")
}

extension Command {
  static let diff = Command(
    "diff", "compare a QAT model with its integer model, layer by layer",
    operands: [Operand("a QAT or int8 model", .model([.fakeQuantized, .integer]), .several)],
    keywords: [.comparedImages],
    examples: ["diff student", "diff student images 512", "diff student student-int8"],
    footprint: { arguments, known in
      let origins = arguments.words().compactMap { word in
        known.origin(of: word.text, kind: .fakeQuantized).map { SessionName.model($0.name) }
      }
      return Footprint(uses: arguments.modelUses.union(origins).union([.data]), serving: .served)
    }
  ) { arguments, workspace in
    let data = try workspace.data(for: arguments.verb.range)
    let pairs = try arguments.words().map { word in try PlannedDifference(word, workspace, data) }
    let count = arguments.count(.comparedImages) ?? 128
    return Plan { workspace, console in
      if let note = data.note { console.note(note) }
      for pair in pairs {
        guard !console.cancellation.isCancelled else { return .interrupted }
        try pair.run(arguments.verb, count: count, workspace, console)
      }
      return .done
    }
  }
}

/// A model that was named, and the QAT model that its integers are of.
private struct PlannedDifference {
  var named: ModelEntry
  var source: ModelEntry
  var data: ChosenData

  init(_ word: Word, _ workspace: Workspace, _ data: ChosenData) throws {
    self.data = data
    named = try workspace.model(word, kinds: [.fakeQuantized, .integer])
    let source =
      named.kind == .fakeQuantized ? named : workspace.origin(of: named, kind: .fakeQuantized)
    guard let source else {
      throw ModelError.wrongModelKind(word, kind: named.kind, wanted: [.fakeQuantized], floatModel: nil)
    }
    self.source = source
    try workspace.requireFit(source, word, data)
  }

  func run(_ verb: Word, count: Int, _ workspace: Workspace, _ console: Console) throws {
    let fake = try workspace.weights(of: source.name)
    let result = try runningTraining(verb) {
      let integer =
        named.kind == .integer ? try workspace.weights(of: named.name) : try Training.convert(fake)
      return try difference(
        between: fake, and: integer, on: data.dataset.test, of: data.dataset, count: count)
    }
    console.put(.table(table(result)))
    console.text(conclusion(result, name: source.name))
    for layer in result.layers { console.metrics(of: layer, model: source.name) }
  }
}

private func table(_ difference: ModelDifference) -> Table {
  Table(
    columns: [
      Table.Column("layer"), Table.Column("differ", .right), Table.Column("largest", .right),
      Table.Column("SQNR", .right), Table.Column("of its own", .right),
    ],
    rows: difference.layers.map { layer in
      [
        .text(layer.name), layer.compared == 0 ? "floats" : .percentage(layer.share, 3),
        layer.compared == 0 ? .blank : .codes(layer.largest),
        layer.sqnr.isFinite ? .decibels(layer.sqnr) : "equal",
        layer.recomputed == 0 ? .blank : .percentage(layer.ownShare),
      ]
    })
}

/// Where the models part, and why.
private func conclusion(_ difference: ModelDifference, name: String) -> String {
  let images = "\(name) and its integers on " + counted(difference.images, "test image")
  guard let first = difference.first else { return images + ": every code is the same" }
  let total = difference.causes.values.reduce(0, +)
  var lines = [
    "\(images): \(first.name) is the first layer that differs, in \(grouped(first.differing)) of "
      + "\(grouped(first.compared)) codes"
  ]
  for cause in DivergenceCause.allCases {
    guard let count = difference.causes[cause] else { continue }
    lines.append("\(percentage(Double(count) / Double(total), 1)) of these: \(cause.words)")
  }
  lines.append(ownFaults(difference, after: first))
  lines.append(
    "\"of its own\" is the share of a sample of codes that exact "
      + "arithmetic on the layer's own input would have set otherwise")
  return lines.joined(separator: "\n")
}

/// What the layers after the first that differs do of their own.
private func ownFaults(_ difference: ModelDifference, after first: LayerDifference) -> String {
  let faulty = difference.layers.filter { $0.faulty > 0 }
  guard !faulty.isEmpty else {
    return
      "every layer, on the input that it is given, sets the codes that exact arithmetic sets, but for ties; "
      + "layers after \(first.name) differ by what they are given"
  }
  return "codes that exact arithmetic on the layer's own input sets otherwise, and that are no ties: "
    + sentence(faulty.map { "\(percentage(Double($0.faulty) / Double($0.recomputed), 2)) of \($0.name)'s" })
}

extension DivergenceCause {
  fileprivate var words: String {
    switch self {
    case .roundingEdge:
      "the sum lies on the edge between two codes, where the last bit of float arithmetic decides"
    case .bias: "the integer model's bias is not the fake-quantized model's"
    case .requantization: "the sum was brought to the output's scale in float"
    case .passing: "an average or a table from codes to codes rounded a tie"
    }
  }
}

extension Console {
  fileprivate func metrics(of layer: LayerDifference, model: String) {
    let prefix = "\(model).\(layer.name)."
    if layer.compared > 0 {
      put(.metric(Metric(prefix + "differing", layer.share, cases: layer.compared)))
      put(.metric(Metric(prefix + "largest_difference", Double(layer.largest))))
    }
    if layer.sqnr.isFinite { put(.metric(Metric(prefix + "sqnr_db", layer.sqnr))) }
  }
}
