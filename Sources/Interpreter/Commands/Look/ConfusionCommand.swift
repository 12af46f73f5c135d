import Datasets
import GraphIR
import Language
import Text
import Training

extension Keyword {
  fileprivate static let against = Keyword(
    "against", .model(nil), otherwise: "the labels alone", example: "teacher",
    "another model, whose counts are taken from the first's")
}

extension Command {
  static let confusion = Command(
    "confusion", "see which classes a model takes for one another on the test images",
    operands: [Operand("a model", .model(nil))], keywords: [.against],
    examples: ["confusion student", "confusion student against teacher"],
    footprint: { arguments, _ in
      let other = arguments.word(.against).map { SessionName.model($0.text) }
      return Footprint(
        uses: arguments.modelUses.union([other].compactMap { $0 }).union([.data]), serving: .served)
    }
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
    let entry = try workspace.model(word)
    let otherWord = arguments.word(.against)
    let other = try otherWord.map { try workspace.model($0) }
    let data = try workspace.data(for: arguments.verb.range)
    try workspace.requireFit(entry, word, data)
    if let other, let otherWord { try workspace.requireFit(other, otherWord, data) }
    return Plan { workspace, console in
      if let note = data.note { console.note(note) }
      if let note = foreignData(entry, data) { console.note(note) }
      func choices(_ entry: ModelEntry) throws -> [Int]? {
        let model = try workspace.weights(of: entry.name)
        let evaluation = try runningTraining(arguments.verb) {
          try console.evaluation(of: model, named: entry.name, on: data)
        }
        return evaluation?.predictions
      }
      guard let own = try choices(entry) else { return .interrupted }
      let others = try other.map { try choices($0) }
      if case .some(nil) = others { return .interrupted }
      let sheet = ConfusionSheet(entry.name, own, other.map(\.name), others.flatMap { $0 }, data)
      for output in sheet.outputs { console.put(output) }
      return .done
    }
  }
}

/// What is shown of a model's confusion, alone or beside another's.
private struct ConfusionSheet {
  /// More classes than these make no table that can be read.
  private static let mostColumns = 16
  private static let mostPairs = 10

  let name: String
  let other: String?
  let names: [String]
  let labels: [Int]
  let choices: [Int]
  let confusion: Confusion
  /// The other model's.
  let otherChoices: [Int]?
  let otherConfusion: Confusion?

  init(_ name: String, _ choices: [Int], _ other: String?, _ otherChoices: [Int]?, _ data: ChosenData) {
    (self.name, self.other, self.choices, self.otherChoices) = (name, other, choices, otherChoices)
    names = data.dataset.classNames
    let labels = data.dataset.test.labels.map { Int($0) }
    self.labels = labels
    let classes = data.classes
    confusion = Confusion(classes: classes, labels: labels, choices: choices)
    otherConfusion = otherChoices.map { Confusion(classes: classes, labels: labels, choices: $0) }
  }

  var outputs: [Output] {
    let correct = zip(labels, choices).count { $0 == $1 }
    let accuracy = Double(correct) / Double(max(1, labels.count))
    var outputs: [Output] = [
      .metric(
        Metric(
          "\(name).accuracy", accuracy,
          text: "\(name) accuracy \(percentage(accuracy)): \(grouped(correct)) of "
            + counted(labels.count, "test image")))
    ]
    if let words = differenceWords { outputs.append(.text(words)) }
    if names.count <= Self.mostColumns { outputs.append(.table(counts)) }
    outputs.append(.table(classes))
    outputs.append(.table(pairs))
    if let changes { outputs.append(.table(changes)) }
    return outputs
  }

  /// What it loses or wins against the other model, image by image, and whether chance may have made that.
  private var differenceWords: String? {
    guard let other, let otherChoices else { return nil }
    let difference = PairedDifference(
      zip(otherChoices, labels).map { $0 == $1 }, zip(choices, labels).map { $0 == $1 })
    return "against \(other): \(difference.words), "
      + (difference.isWithinChance ? "within chance" : "beyond chance")
  }

  /// Rows are true classes, columns chosen ones.
  private var counts: Table {
    Table(
      title: other.map { "images of a class (rows) that \(name) takes for each, less those that \($0) does" }
        ?? "images of a class (rows) that \(name) takes for each",
      columns: [Table.Column("class")] + names.map { Table.Column($0, .right) },
      rows: names.indices.map { label in
        [.text(names[label])]
          + names.indices.map { choice in
            let count = confusion.count(label, as: choice)
            guard let otherConfusion else { return .count(count) }
            return .signed(Double(count - otherConfusion.count(label, as: choice)), 0)
          }
      })
  }

  private var classes: Table {
    let columns =
      ["class", "images", "found", "right where chosen"] + (other == nil ? [] : ["found by \(other ?? "")"])
    return Table(
      columns: columns.enumerated().map { Table.Column($1, $0 == 0 ? .left : .right) },
      rows: names.indices.map { label in
        [
          .text(names[label]), .count(confusion.total(label)), share(confusion.recall(label)),
          share(confusion.precision(label)),
        ] + (otherConfusion.map { [share($0.recall(label))] } ?? [])
      })
  }

  private func share(_ value: Double?) -> Table.Cell { value.map { .percentage($0) } ?? "none" }

  private var pairs: Table {
    Table(
      title: "what \(name) mistakes most",
      columns: [Table.Column("class"), Table.Column("taken for"), Table.Column("images", .right)]
        + (other.map { [Table.Column($0, .right)] } ?? []),
      rows: confusion.worstPairs(Self.mostPairs).map { pair in
        [.text(names[pair.label]), .text(names[pair.choice]), .count(pair.count)]
          + (otherConfusion.map { [.count($0.count(pair.label, as: pair.choice))] } ?? [])
      })
  }

  /// Images on which one of two models is right alone.
  private var changes: Table? {
    guard let other, let otherChoices else { return nil }
    func mistakes(_ own: [Int], _ others: [Int]) -> [Confusion.Pair] {
      let places = labels.indices.filter { own[$0] != labels[$0] && others[$0] == labels[$0] }
      return Confusion(
        classes: names.count, labels: places.map { labels[$0] }, choices: places.map { own[$0] }
      ).worstPairs(Self.mostPairs)
    }
    func rows(_ pairs: [Confusion.Pair], _ model: String) -> [[Table.Cell]] {
      pairs.map { pair in
        [.text(model), .text(names[pair.label]), .text(names[pair.choice]), .count(pair.count)]
      }
    }
    return Table(
      title: "images that one of the two gets wrong alone",
      columns: [
        Table.Column("wrong"), Table.Column("class"), Table.Column("taken for"),
        Table.Column("images", .right),
      ],
      rows: rows(mistakes(choices, otherChoices), name) + rows(mistakes(otherChoices, choices), other))
  }
}
