/// A term of the field on one screen: what `explain` shows.
///
/// Adding one: an entry in the file of its group, and a line in the group's list.
package struct Topic: Sendable {
  /// The name that lists and suggestions show: "zero-point".
  package var name: String
  /// Other words that lead here.
  package var aliases: [String]
  /// What it is, in two or three sentences.
  package var summary: String
  /// One line or a few, with the defaults of this program where there are some.
  package var formula: String
  /// A few lines of signs that a plain terminal has, too.
  package var picture: String
  /// Where it bites: a mistake that is made with it.
  package var trap: String
  /// A cell that runs in a session with data, a trained float model `teacher` and a QAT model `student`.
  package var example: String
  /// Names of other topics.
  package var related: [String]
  /// Where it was published.
  package var source: String

  package init(
    _ name: String, aliases: [String] = [], summary: String, formula: String, picture: String, trap: String,
    example: String, related: [String], source: String
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.formula = formula
    self.picture = picture
    self.trap = trap
    self.example = example
    self.related = related
    self.source = source
  }
}

/// Topics that belong together, as `explain` lists them.
package struct TopicGroup: Sendable {
  package var title: String
  package var topics: [Topic]

  /// In the order in which they are best read.
  package static let all: [TopicGroup] = [
    .grids, .ranges, .training, .integers, .postTraining, .distillation, .measures,
  ]
}

extension Topic {
  /// Every topic, in the order of the groups.
  package static let all: [Topic] = TopicGroup.all.flatMap(\.topics)

  /// The topic with this name or alias, whatever its capitals; spaces and underscores count as hyphens.
  package static func named(_ name: String) -> Topic? {
    let wanted = spelled(name)
    return all.first { spelled($0.name) == wanted || $0.aliases.contains { spelled($0) == wanted } }
  }

  private static func spelled(_ name: String) -> String {
    String(name.lowercased().map { $0 == " " || $0 == "_" ? "-" : $0 })
  }

  /// The summary's first clause, for lists.
  package var line: String {
    let end = summary.firstIndex { $0 == "." || $0 == ":" || $0 == ";" } ?? summary.endIndex
    return String(summary[..<end])
  }
}
