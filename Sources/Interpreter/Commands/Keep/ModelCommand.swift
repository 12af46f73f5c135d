import GraphIR
import Language
import Text

extension Command {
  static let model = Command(
    "model", "define a network, layer by layer",
    operands: [Operand("a name", .newName), Operand("layers joined by >", .chain)],
    examples: ["model tiny = conv(16, 3) > relu > pool(2) > conv(32, 3) > relu > fc(10)"],
    footprint: { arguments, _ in
      let name = arguments.word(at: 0)?.text
      return Footprint(uses: [.data], changes: name.map { [.define($0)] } ?? [], serving: .beside)
    }
  ) { arguments, workspace in
    let name = try arguments.requiredWord(at: 0)
    guard arguments.operands.count == 2, case .chain(let chain) = arguments.operands[1].value else {
      throw StatementError.nameMissing(arguments.verb, example: "model tiny = conv(16, 3) > relu > fc(10)")
    }
    try requireModelName(name)
    guard Architecture.named(name.text) == nil else { throw StatementError.nameOfArchitecture(name) }
    let definition = NetworkDefinition(
      layers: try chain.layers.map(layer(of:)), text: text(of: chain), places: chain.layers.map(\.range))
    var summary = counted(definition.layers.count, "layer")
    var parameters: Int?
    if workspace.settings[.data] != nil {
      let data = try workspace.data(for: arguments.verb.range)
      let graph = try definition.graph(named: name, input: data.shape)
      let entry = ModelEntry(name: name.text, kind: .float, graph: graph)
      parameters = entry.parameterCount
      summary +=
        ", \(parameterCount(entry.parameterCount)) parameters for images of \(data.shape): "
        + graph.nodes.map(\.shape.description).joined(separator: " → ")
    }
    return Plan(changes: [.define(name.text, definition)]) { [summary, parameters] _, console in
      console.text("\(name.text): \(summary)")
      console.put(.metric(Metric("\(name.text).layers", Double(definition.layers.count), since: 3)))
      if let parameters {
        console.put(.metric(Metric("\(name.text).parameters", Double(parameters), since: 3)))
      }
      return .done
    }
  }
}

/// The chain as it would be written again, on one line.
private func text(of chain: Chain) -> String { chain.layers.map(text(of:)).joined(separator: " > ") }

private func text(of call: Call) -> String {
  guard !call.arguments.isEmpty else { return call.name.text }
  let arguments = call.arguments.map { argument in
    (argument.label.map { $0.text + ": " } ?? "")
      + (argument.value.numericValue.map(plain) ?? argument.value.word?.text ?? "")
  }
  return call.name.text + "(" + arguments.joined(separator: ", ") + ")"
}

extension NetworkDefinition {
  /// Reads a chain that was kept as text; nil where it isn't understood.
  init?(text: String) {
    let program = parse("model kept = " + text, vocabulary: Command.vocabulary)
    let (bound, diagnostics) = bind(program)
    guard program.diagnostics.isEmpty, diagnostics.isEmpty, let (_, arguments) = bound.first,
      arguments.operands.count == 2, case .chain(let chain) = arguments.operands[1].value,
      let layers = try? chain.layers.map(layer(of:))
    else { return nil }
    self.init(layers: layers, text: text, places: [])
  }

  /// The network on images of a shape; an error points at the layer where this cell wrote it, else at `word`.
  func graph(named word: Word, input: Shape) throws -> Graph {
    do {
      return try Graph(sequential: layers, architecture: word.text, input: input)
    } catch {
      let words = text.split(separator: ">").map { $0.trimmingSpaces }
      throw ModelError.layerDoesNotFit(
        places.indices.contains(error.layer) ? places[error.layer] : word.range, network: word.text,
        layer: "\(error.layer + 1), " + (words.indices.contains(error.layer) ? words[error.layer] : ""),
        reason: error.reason, input: input)
    }
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
