import Foundation
import GraphIR
import Language
import Quantization
import Training

extension Command {
  static let inspect = Command(
    "inspect", "look at what quantization does to a model's layers: scales, ranges, clipping, SQNR",
    operands: [Operand("a QAT model or one of its layers", .topic([], besides: .models))],
    examples: ["inspect student", "inspect student.conv1", "inspect conv1"]
  ) { arguments, scope in
    let word = try arguments.requiredWord(at: 0)
    let (entry, layer) = try inspected(word, scope)
    return Step { draft, console in
      let model = try draft.model(entry.name)
      let all = try runningTraining(arguments.verb) { try inspections(of: model) }
      let chosen = all.filter { layer == nil || $0.layer == layer }
      console.put(.table(weightTable(chosen)))
      console.put(.table(outputTable(chosen)))
      console.note(
        "SQNR of the folded weights; the ceiling is 6.02 dB a bit; clipped: share of the weights beyond the grid"
      )
      for inspection in chosen { console.metrics(of: inspection, model: entry.name) }
      return .done
    }
  }
}

/// The QAT model that a word names or leads into, and the layer; a layer alone is the newest QAT model's.
private func inspected(_ word: Word, _ scope: Scope) throws -> (ModelEntry, layer: String?) {
  if scope.model(named: word.text) != nil { return (try scope.model(word, kinds: [.fakeQuantized]), nil) }
  let owner = scope.models.filter { word.text.hasPrefix($0.name + ".") }.max { $0.name.count < $1.name.count }
  guard let entry = owner ?? scope.newest(.fakeQuantized) else {
    return (try scope.model(word, kinds: [.fakeQuantized]), nil)
  }
  if let owner { try scope.require(owner, word, kinds: [.fakeQuantized]) }
  let layer = owner == nil ? word.text : String(word.text.dropFirst(entry.name.count + 1))
  let layers = entry.graph.nodes.filter(\.operation.hasWeights).map(\.name)
  guard layers.contains(layer) else {
    throw StatementError.unknownTopic(
      word, command: "inspect",
      topics: scope.models.filter { $0.kind == .fakeQuantized }.map(\.name)
        + layers.map { owner == nil ? $0 : entry.name + "." + $0 })
  }
  return (entry, layer)
}

private func weightTable(_ layers: [LayerInspection]) -> Table {
  Table(
    title: "weights",
    columns: [
      Table.Column("layer"), Table.Column("grid"), Table.Column("scales", .right),
      Table.Column("values", .right), Table.Column("clipped", .right), Table.Column("SQNR", .right),
      Table.Column("ceiling", .right),
    ],
    rows: layers.map { layer in
      guard let weights = layer.weights else { return [layer.layer, "float", "", "", "", "", ""] }
      return [
        layer.layer, "\(weights.grid.minimum)…\(weights.grid.maximum)",
        weights.leastScale == weights.greatestScale
          ? short(weights.leastScale) : short(weights.leastScale) + "…" + short(weights.greatestScale),
        short(weights.leastValue) + "…" + short(weights.greatestValue), percentage(weights.clipped, 2),
        weights.noise == 0 ? "exact" : fixed(decibels(weights), 1) + " dB", fixed(weights.ceiling, 1),
      ]
    })
}

private func outputTable(_ layers: [LayerInspection]) -> Table {
  Table(
    title: "outputs",
    columns: [
      Table.Column("layer"), Table.Column("grid"), Table.Column("scale", .right),
      Table.Column("zero point", .right), Table.Column("range", .right), Table.Column("range by"),
    ],
    rows: layers.map { layer in
      guard let output = layer.output else { return [layer.layer, "float", "", "", "", ""] }
      let low = Float(output.grid.minimum - Int(output.zeroPoint)) * output.scale
      let high = Float(output.grid.maximum - Int(output.zeroPoint)) * output.scale
      return [
        layer.layer, "\(output.grid.minimum)…\(output.grid.maximum)", short(output.scale),
        "\(output.zeroPoint)", short(low) + "…" + short(high), layer.method?.words ?? "",
      ]
    })
}

extension RangeMethod {
  fileprivate var words: String {
    switch self {
    case .observed: "observer"
    case .learnedScale: "LSQ"
    case .clippedActivation: "PACT"
    }
  }
}

private func short(_ value: Float) -> String { String(format: "%.3g", Double(value)) }

private func decibels(_ weights: LayerInspection.Weights) -> Double {
  10 * log10(weights.power / weights.noise)
}

extension Console {
  fileprivate func metrics(of layer: LayerInspection, model: String) {
    let name = model + "." + layer.layer
    if let weights = layer.weights {
      if weights.noise > 0, weights.power > 0 { metric(name, "sqnr_db", decibels(weights)) }
      metric(name, "clipped", weights.clipped)
      metric(name, "scale", Double(weights.greatestScale))
    }
    if let output = layer.output {
      metric(name, "output_scale", Double(output.scale))
      metric(name, "output_zero_point", Double(output.zeroPoint))
    }
  }
}
