import GraphIR
import Language
import Text
import Training

/// What a path leads to inside a model: a figure, `teacher.accuracy`, or layers, `student.conv1`, `student.layer1`.
struct ModelPart {
  private enum Kind {
    case figure(Double)
    /// One layer with weights of a quantized model.
    case quantizedLayer
    /// The nodes of this name, or whose names begin with it.
    case nodes([Graph.Node])
  }

  private let entry: ModelEntry
  private let name: String
  private let word: Word
  private let kind: Kind

  /// Nil where the word is no path into a model; throws where the model has no such part.
  init?(_ word: Word, _ workspace: Workspace) throws {
    guard workspace.model(named: word.text) == nil,
      let owner = workspace.names.owner(of: word.text).flatMap({ workspace.model(named: $0.name) })
    else { return nil }
    (entry, self.word) = (owner, word)
    name = String(word.text.dropFirst(owner.name.count + 1))
    let name = name
    let figures = Self.figures(of: owner)
    let nodes = owner.graph.nodes.filter { $0.name == name || $0.name.hasPrefix(name + ".") }
    if let figure = figures[name] {
      kind = .figure(figure)
    } else if owner.kind != .float, owner.graph.weightedLayers.contains(name) {
      kind = .quantizedLayer
    } else if !nodes.isEmpty {
      kind = .nodes(nodes)
    } else {
      let start = word.range.upperBound - name.utf8.count
      let place = Word(text: name, range: SourceRange(lowerBound: start, upperBound: word.range.upperBound))
      throw StatementError.unknownPart(
        place, model: owner.name,
        known: figures.keys.sorted() + owner.graph.nodes.map(\.name))
    }
  }

  /// What is known of a model in numbers, by the names that `--json` has for them.
  private static func figures(of entry: ModelEntry) -> [String: Double] {
    var figures = entry.figures
    figures["parameters"] = Double(entry.parameterCount)
    if let bytes = entry.byteCount { figures["size_bytes"] = Double(bytes) }
    return figures
  }

  var plan: Plan {
    switch kind {
    case .figure(let value):
      Plan { [entry, name, word] workspace, console in
        let value = try measured(value, name, entry, word, workspace, console)
        let words =
          switch name {
          case "accuracy": percentage(value)
          case "size_bytes", ModelEntry.floatSize: byteCount(value)
          default: plain(value)
          }
        console.metric(
          entry.name, name, value, text: "\(entry.name) \(name) \(words)",
          reproducible: !name.hasSuffix("_ms"))
        return .done
      }
    case .quantizedLayer: inspection(of: entry.name, layer: name, word)
    case .nodes(let nodes):
      Plan { _, console in
        console.put(.table(layerTable(nodes)))
        return .done
      }
    }
  }
}

/// A figure of a model as it was kept; accuracy and loss that are of other images than the data has now, measured anew.
private func measured(
  _ value: Double, _ name: String, _ entry: ModelEntry, _ word: Word, _ workspace: Workspace,
  _ console: Console
) throws -> Double {
  guard ["accuracy", "loss"].contains(name), !workspace.modelsOfOtherImages([entry]).isEmpty else {
    return value
  }
  let data = try workspace.data(for: word.range)
  guard entry.details[.data].flatMap(DataChoice.init(text:))?.request == data.choice.request else {
    return value
  }
  console.note(
    "measured anew: the \(name) that is kept, \(name == "accuracy" ? percentage(value) : plain(value)), is of other test "
      + "images, for the files of the data have changed")
  let model = try workspace.weights(of: entry.name)
  let found = try runningTraining(word) {
    try console.answers(of: model, named: entry.name, on: data, workspace.library.answers)
  }
  return found.map { name == "accuracy" ? $0.accuracy : $0.loss } ?? value
}

/// What showing a part of a model uses; nil for a word that leads into none.
func partFootprint(_ word: String, _ known: KnownNames) -> Footprint? {
  guard known.model(named: word) == nil, let owner = known.owner(of: word) else { return nil }
  let start = owner.start.flatMap { known.knows($0) ? SessionName.model($0) : nil }
  return Footprint(uses: Set([.model(owner.name)] + [start].compactMap { $0 }))
}

extension Command {
  /// A word alone that is no command: it shows what it names.
  static let bareName = Command(
    bareNameWord, "show what a name stands for", examples: ["teacher"],
    footprint: { arguments, known in
      let word = arguments.verb.text
      if let part = partFootprint(word, known) { return part }
      return Footprint(
        uses: known.networks.contains(word)
          ? [.model(word), .data] : known.knows(word) ? [.model(word)] : [.data])
    }
  ) { arguments, workspace in
    let word = arguments.verb
    if let use = PromptWord(word.text) { throw StatementError.promptWord(word, use: use) }
    if let part = try ModelPart(word, workspace) { return part.plan }
    guard workspace.names.knows(word.text) || Architecture.named(word.text) != nil else {
      if let error = workspace.unknownVersion(word) { throw error }
      throw StatementError.unknownWord(word, known: Command.all.map(\.name) + workspace.names.all)
    }
    return try showModel(word, nil, workspace)
  }

  /// No verb is called so.
  private static let bareNameWord = "a name"

  /// True of the command that words alone stand for.
  var isBareName: Bool { name == Self.bareNameWord }
}

extension Statement {
  /// True for a word alone.
  var isBareName: Bool { target == nil && operands.isEmpty && clauses.isEmpty }
}
