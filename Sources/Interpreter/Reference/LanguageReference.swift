import Datasets
import Distillation
import GraphIR
import Language
import Text

/// The part of the reference that tells of the language, out of the records of its commands and catalogues.
package enum LanguageReference {
  package static var blocks: [ReferenceBlock] {
    form + [.heading(1, "Commands"), .paragraph(commandsLead)] + Command.all.flatMap(blocks(of:)) + catalogues
      + words + topics
  }

  private static let commandsLead =
    "Each form shows what a command takes by position, then its options, which come in any order. What is left out "
    + "has the value under \"otherwise\"."

  private static let form: [ReferenceBlock] = [
    .heading(1, "The form of a statement"),
    .code("[NAME =] COMMAND OPERAND … OPTION VALUE …"),
    .paragraph(
      "One statement a line. # starts a comment. A line goes on while a bracket is open, after a trailing , or >, and "
        + "after \\ at its end. Names begin with a letter and hold letters, digits, _ and -; a dot leads into a model: "
        + "student.layer1.0.conv1. A share can be written as a percentage: 50% is 0.5. Text stands in straight "
        + "quotation marks, in which \\\" is a quotation mark and \\n a new line."),
    .paragraph(
      "A cell is one statement or several. It succeeds and the session changes, or it fails and the session is as it "
        + "was before."),
  ]

  private static func blocks(of command: Command) -> [ReferenceBlock] {
    var blocks: [ReferenceBlock] = [
      .heading(2, command.name), .paragraph(sentenceCase(command.summary) + "."), .code(command.usage),
    ]
    if case .result(let words) = command.target { blocks.append(.paragraph("NAME holds \(words).")) }
    if let reasons = command.reasons { blocks.append(.paragraph(reasons)) }
    let places = command.operands.map { [$0.notation, $0.name + ($0.isOptional ? ", can be left out" : "")] }
    if !places.isEmpty { blocks.append(.words("place", places)) }
    // The topics of `explain` have a chapter of their own.
    let choices = command.name == "explain" ? [] : command.operands.flatMap(\.kind.choices)
    if !choices.isEmpty { blocks.append(.choices("word", choices)) }
    if !command.keywords.isEmpty { blocks.append(options(command.keywords)) }
    blocks.append(.paragraph(FootprintWords(of: command).text))
    blocks.append(.code(command.examples.joined(separator: "\n")))
    return blocks
  }

  private static func options(_ keywords: [Keyword]) -> ReferenceBlock {
    .table(
      Table(
        columns: ["option", "takes", "otherwise", "means"].map { Table.Column($0) },
        texts: keywords.map { [$0.name, $0.kind.words, $0.otherwise ?? "", $0.summary] }))
  }

  private static var catalogues: [ReferenceBlock] {
    let terms = TermForm.all.flatMap { term in
      [
        .heading(2, term.name), .paragraph(sentenceCase(term.summary) + "."), .code(term.example),
        ReferenceBlock.words(
          "argument", (term.positional + term.labelled).map { [$0.label, $0.summary] }),
      ]
    }
    return [.heading(1, "Distillation")] + terms + [
      .heading(2, "Losses"), losses, .heading(1, "Networks"),
      .choices("network", Architecture.all.map { Choice($0.name, $0.summary) }),
      .heading(2, "Layers of a chain"), .choices("layer", LayerForm.choices), .heading(1, "Data"),
      .choices("data", DatasetSource.catalogue.map { Choice($0.name, $0.summary) }),
    ]
  }

  private static var losses: ReferenceBlock {
    .table(
      Table(
        columns: ["loss", "parameters", "means", "published"].map { Table.Column($0) },
        texts: LossEntry.catalogue.map { entry in
          [entry.name, entry.parameterWords, entry.summary, entry.source]
        }), code: [0, 1])
  }

  /// What options can be where that is one of a few words: observers, backends, schemes and others, each once.
  private static var words: [ReferenceBlock] {
    var found: [(name: String, choices: [Choice], commands: [String])] = []
    for command in Command.all {
      for keyword in command.keywords {
        guard case .choice(let choices) = keyword.kind else { continue }
        if let index = found.firstIndex(where: { $0.name == keyword.name && $0.choices == choices }) {
          found[index].commands.append(command.name)
        } else {
          found.append((keyword.name, choices, [command.name]))
        }
      }
    }
    return [.heading(1, "Words that options take")]
      + found.flatMap { words -> [ReferenceBlock] in
        [.heading(2, "\(words.name) of \(sentence(words.commands))"), .choices("word", words.choices)]
      }
  }

  private static var topics: [ReferenceBlock] {
    [.heading(1, "Terms that explain tells of")]
      + TopicGroup.all.flatMap { group -> [ReferenceBlock] in
        [
          .heading(2, sentenceCase(group.title)),
          .words("term", group.topics.map { [$0.name, $0.line] }),
        ]
      }
  }

  private static func sentenceCase(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }
}

extension Operand {
  /// As `usage` writes its place.
  var notation: String {
    switch arity {
    case .one, .optional: kind.notation
    case .many, .several: kind.notation + " …"
    }
  }

  fileprivate var isOptional: Bool {
    switch arity {
    case .one, .several: false
    case .optional, .many: true
    }
  }
}

extension LossEntry {
  /// Its parameters with what holds without them: "T: 4, alpha: 1".
  var parameterWords: String {
    parameters.map { $0.label + ": " + $0.defaultArgument.words }.joined(separator: ", ")
  }
}
