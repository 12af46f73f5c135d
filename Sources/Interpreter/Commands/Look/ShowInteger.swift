import Datasets
import GraphIR
import Language
import Quantization
import Text
import Training

extension Keyword {
  static let outputImage = Keyword(
    "image", .count(1...1_000_000_000), otherwise: "1", example: "7",
    "with integer: the test image that is computed, counted from 1")
  static let outputChannel = Keyword(
    "channel", .count(0...1_000_000), otherwise: "that of the strongest output", example: "3",
    "with integer: the channel of the output, counted from 0")
  static let outputPlace = Keyword(
    "at", .place, otherwise: "that of the strongest output", example: "4,5",
    "with integer: row and column of the output, counted from 0")
}

/// `show integer LAYER`: one output of a layer of an integer model by hand.
func showInteger(_ arguments: Arguments, _ workspace: Workspace) throws -> Plan {
  let topic = try arguments.requiredWord(at: 0)
  guard let word = arguments.word(at: 1) else {
    throw StatementError.topicNeeds(
      topic, what: "a layer of an integer model", example: "show integer student-int8.conv1")
  }
  if let surplus = arguments.word(at: 2) {
    throw StatementError.surplusTopic(surplus, topic: "show integer \(word.text)")
  }
  do {
    _ = try PlannedIntegerOutput(word, arguments, workspace)
  } catch {
    guard workspace.isYetToMake([.integer]) else { throw error }
  }
  return Plan { workspace, console in
    try PlannedIntegerOutput(word, arguments, workspace).run(workspace, console)
  }
}

extension PlannedIntegerOutput {
  /// Throws where the layer, the image or the place is not there.
  fileprivate init(_ word: Word, _ arguments: Arguments, _ workspace: Workspace) throws {
    let subject = try IntegerSubject(word, arguments.verb, workspace)
    let data = try workspace.data(for: arguments.verb.range)
    try workspace.requireFit(subject.entry, word, data)
    let image = arguments.count(.outputImage) ?? 1
    if image > data.dataset.test.count {
      throw MicroscopeError.noSuchImage(
        arguments.range(of: .outputImage) ?? word.range, count: data.dataset.test.count)
    }
    let place = arguments.counts(.outputPlace)
    let written: [(OutputCoordinate, Int?, Keyword)] = [
      (.channel, arguments.count(.outputChannel), .outputChannel), (.row, place?.first, .outputPlace),
      (.column, place?.last, .outputPlace),
    ]
    for (coordinate, value, keyword) in written {
      guard let value, value >= coordinate.extent(in: subject.node.shape) else { continue }
      throw MicroscopeError.outside(
        arguments.range(of: keyword) ?? word.range, coordinate, written: value, layer: subject.name,
        shape: subject.node.shape)
    }
    self.init(
      subject: subject, data: data, image: image, channel: arguments.count(.outputChannel), row: place?.first,
      column: place?.last, verb: arguments.verb)
  }
}

/// What `show integer` uses: the model, what it was made from and the data.
func integerFootprint(_ arguments: Arguments, _ known: KnownNames) -> Footprint {
  let models = known.subjectUses(arguments.word(at: 1)?.text, newest: [.integer])
  let origins = models.flatMap { name -> [SessionName] in
    guard case .model(let name) = name else { return [] }
    return [GraphIR.Model.Kind.fakeQuantized, .float].compactMap { kind in
      known.origin(of: name, kind: kind).map { SessionName.model($0.name) }
    }
  }
  return Footprint(uses: models.union(origins).union([.data]))
}

/// A node of an integer model that can be looked at.
struct IntegerSubject {
  var entry: ModelEntry
  var id: Graph.NodeID
  /// True where the model was not named.
  var isNewest = false

  var node: Graph.Node { entry.graph.nodes[id] }
  var name: String { entry.name + "." + node.name }

  init(_ word: Word, _ verb: Word, _ workspace: Workspace) throws {
    // Those that are not meant are read only where the word names none.
    func integers() -> [ModelEntry] { workspace.models { $0.kind == .integer } }
    if let whole = workspace.model(named: word.text) {
      try workspace.require(whole, word, kinds: [.integer])
      throw MicroscopeError.layerMissing(word, model: whole.name, layers: whole.graph.integerLayers)
    }
    var part = word
    if let owner = workspace.names.owner(of: word.text).flatMap({ workspace.model(named: $0.name) }) {
      try workspace.require(owner, word, kinds: [.integer])
      entry = owner
      part.text = String(word.text.dropFirst(owner.name.count + 1))
      let start = word.range.upperBound - part.text.utf8.count
      part.range = SourceRange(lowerBound: start, upperBound: word.range.upperBound)
    } else if let newest = integers().last(where: { $0.graph.nodes.contains { $0.name == word.text } }) {
      (entry, isNewest) = (newest, true)
    } else {
      throw StatementError.unknownTopic(
        word, command: "show integer",
        topics: integers().map(\.name) + (integers().last?.graph.integerLayers ?? []))
    }
    guard let id = entry.graph.nodes.firstIndex(where: { $0.name == part.text }) else {
      throw MicroscopeError.unknownLayer(part, model: entry.name, layers: entry.graph.integerLayers)
    }
    guard IntegerMicroscope.sees(id, in: entry.graph) else {
      throw MicroscopeError.nothingToSee(
        part, layer: entry.name + "." + part.text, words: entry.graph.nodes[id].operation.traits.words,
        layers: entry.graph.integerLayers)
    }
    self.id = id
  }
}

extension Graph {
  /// The layers whose outputs can be computed by hand.
  fileprivate var integerLayers: [String] {
    nodes.indices.filter { IntegerMicroscope.sees($0, in: self) }.map { nodes[$0].name }
  }
}
