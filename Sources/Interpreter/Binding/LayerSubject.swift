import GraphIR
import Language

/// What a word leads to that names a model, a layer of a model, or a layer alone: `student`, `student.conv1`, `conv1`.
struct LayerSubject {
  var entry: ModelEntry
  /// A layer with weights; nil where the whole model is meant.
  var layer: String?
  /// True where the word names no model.
  var isNewest = false
}

extension Arguments {
  /// The model or layer that is meant: `student conv1` is `student.conv1`.
  var subject: Word? {
    guard let first = word(at: 0), let layer = word(at: 1) else { return word(at: 0) }
    return Word(text: first.text + "." + layer.text, range: layer.range)
  }
}

extension KnownNames {
  /// The models that a command looks at which takes a model or a layer: a layer alone may be that of any model of the
  /// kinds.
  func subjectUses(_ word: String?, newest kinds: [GraphIR.Model.Kind]) -> Set<SessionName> {
    guard let word, let owner = owner(of: word) else { return uses { kinds.contains($0.kind) } }
    return [.model(owner.name)]
  }
}

extension Workspace {
  /// The subject of a command; a layer alone is that of the newest model of these kinds that has it.
  ///
  /// The model may be of any kind where the word names it.
  func layerSubject(_ word: Word, verb: Word, newest kinds: [Model.Kind]) throws -> LayerSubject {
    if let entry = model(named: word.text) { return LayerSubject(entry: entry) }
    if let owner = names.owner(of: word.text).flatMap({ model(named: $0.name) }) {
      let layer = String(word.text.dropFirst(owner.name.count + 1))
      guard owner.graph.weightedLayers.contains(layer) else {
        let start = word.range.upperBound - layer.utf8.count
        throw PolicyError.unknownLayer(
          Word(text: layer, range: SourceRange(lowerBound: start, upperBound: word.range.upperBound)),
          known: owner.graph.weightedLayers, network: owner.name)
      }
      return LayerSubject(entry: owner, layer: layer)
    }
    let candidates = models { kinds.contains($0.kind) }
    if let entry = candidates.last(where: { $0.graph.weightedLayers.contains(word.text) }) {
      return LayerSubject(entry: entry, layer: word.text, isNewest: true)
    }
    guard let newest = candidates.last ?? models.last else {
      return LayerSubject(entry: try model(word))
    }
    throw StatementError.unknownTopic(
      word, command: verb.text, topics: modelNames + newest.graph.weightedLayers)
  }
}

extension Graph {
  /// Convolutions and dense layers, in float or in integers.
  var weightedLayers: [String] { nodes.filter(\.operation.isWeighted).map(\.name) }
}

extension GraphIR.Operation {
  fileprivate var isWeighted: Bool {
    traits.storedWeights != nil
  }
}
