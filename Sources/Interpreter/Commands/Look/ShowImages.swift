import Datasets
import GraphIR
import Language
import Text
import Training

extension Keyword {
  static let imagesOf = Keyword(
    "of", .model(nil), otherwise: "none", example: "student-int8",
    "the model that is asked what the images are")
  static let imagesAgainst = Keyword(
    "against", .model(nil), otherwise: "the model it was made from", example: "teacher",
    "another model to which answers are held")
  static let imageCount = Keyword(
    "limit", .count(1...200), otherwise: "24", example: "48", "how many images are shown at the most")
}

/// What may stand after `show images`.
let shownImages = [
  Choice("wrong", "images that the model gets wrong"), Choice("flipped", "images on which two models differ"),
]

/// Which test images are wanted.
private enum Choosing: String, CaseIterable {
  case all, wrong, flipped

  init?(_ word: Word) {
    guard let known = Choosing(rawValue: word.text), known != .all else { return nil }
    self = known
  }
}

/// What `show images` uses: the models that it asks, and the data.
func imagesFootprint(_ arguments: Arguments, _ known: KnownNames) -> Footprint {
  let asked = [Keyword.imagesOf, .imagesAgainst].compactMap { arguments.word($0)?.text }
  let isFlipped = arguments.word(at: 1)?.text == Choosing.flipped.rawValue
  let start =
    isFlipped && !arguments.has(.imagesAgainst) ? asked.first.flatMap { known.model(named: $0)?.start } : nil
  return Footprint(uses: Set((asked + [start].compactMap { $0 }).map(SessionName.model)).union([.data]))
}

/// A sheet of test images: the first ones, those that a model gets wrong, or those on which two models differ.
func showImages(_ arguments: Arguments, _ workspace: Workspace) throws -> Plan {
  let topic = try arguments.requiredWord(at: 0)
  var choosing = Choosing.all
  if let word = arguments.word(at: 1) {
    guard let known = Choosing(word) else {
      throw StatementError.unknownTopic(word, command: "show images", topics: ["wrong", "flipped"])
    }
    choosing = known
  }
  if let surplus = arguments.word(at: 2) {
    throw StatementError.surplusTopic(surplus, topic: "show images \(choosing.rawValue)")
  }
  let model = try arguments.word(.imagesOf).map { (word: $0, entry: try workspace.model($0)) }
  var other = try arguments.word(.imagesAgainst).map { (word: $0, entry: try workspace.model($0)) }
  if model == nil, choosing != .all || other != nil {
    throw StatementError.topicNeeds(
      topic, what: "the model that is asked",
      example: choosing == .flipped
        ? "show images flipped of student against teacher" : "show images wrong of student")
  }
  if choosing == .flipped, other == nil, let model {
    guard let start = try workspace.start(of: model.entry) else {
      throw StatementError.topicNeeds(
        topic, what: "another model to hold it to",
        example: "show images flipped of \(model.entry.name) against teacher")
    }
    other = (model.word, start)
  }
  let data = try workspace.data(for: arguments.verb.range)
  for one in [model, other].compactMap({ $0 }) { try workspace.requireFit(one.entry, one.word, data) }
  let limit = arguments.count(.imageCount) ?? 24
  return Plan { [choosing, other] workspace, console in
    if let note = data.note { console.note(note) }
    func choices(_ entry: ModelEntry?) throws -> [Int]? {
      guard let entry else { return nil }
      let model = try workspace.weights(of: entry.name)
      let evaluation = try runningTraining(arguments.verb) {
        try console.evaluation(of: model, named: entry.name, on: data)
      }
      return evaluation?.predictions
    }
    let own = try choices(model?.entry)
    let others = try choices(other?.entry)
    if console.cancellation.isCancelled { return .interrupted }
    let selection = ImageSelection(
      data: data, choosing: choosing, model: model?.entry.name, own: own, other: other?.entry.name,
      others: others)
    selection.put(console, limit: limit)
    return .done
  }
}

/// The images that are wanted, with the answers to them.
private struct ImageSelection {
  var data: ChosenData
  var choosing: Choosing
  var model: String?
  var own: [Int]?
  var other: String?
  var others: [Int]?

  private var labels: [UInt16] { data.dataset.test.labels }

  private var places: [Int] {
    labels.indices.filter { place in
      switch choosing {
      case .all: true
      case .wrong: own.map { $0[place] != Int(labels[place]) } ?? false
      case .flipped: own?[place] != others?[place]
      }
    }
  }

  func put(_ console: Console, limit: Int) {
    let places = places
    let all = counted(labels.count, "test image")
    let subject =
      switch choosing {
      case .all: "test images of \(data.choice.request.title)"
      case .wrong: "test images that \(model ?? "") gets wrong"
      case .flipped: "test images on which \(model ?? "") and \(other ?? "") differ"
      }
    if let model, choosing != .all {
      let key = choosing == .wrong ? "wrong" : "flipped"
      console.metric(
        model, key, Double(places.count) / Double(labels.count),
        text: "\(subject): \(grouped(places.count)) of \(all)")
    }
    guard !places.isEmpty else { return }
    let shown = places.prefix(limit)
    let test = data.dataset.test
    let items = shown.map { place in
      ImageSheet.Item(
        number: place + 1, label: name(Int(labels[place])), choice: own.map { name($0[place]) },
        otherChoice: others.map { name($0[place]) }, pixels: test.colours(of: place))
    }
    console.put(
      .images(
        ImageSheet(
          title: subject + (shown.count < places.count ? ", the first \(shown.count)" : ""),
          width: test.width,
          height: test.height, items: items)))
  }

  private func name(_ label: Int) -> String { data.dataset.classNames[label] }
}
