import Datasets
import Distillation
import GraphIR
import Language
import Text

/// Subjects of `help` besides the commands.
private enum HelpTopic: String, CaseIterable {
  case losses, layers, networks, findings, data = "datasets"

  var summary: String {
    switch self {
    case .losses: "distillation losses for kd(…)"
    case .layers: "layers for model"
    case .networks: "architectures for train"
    case .findings: "what a run may be found to show"
    case .data: "data sets for data"
    }
  }
}

extension Command {
  static let help = Command(
    "help", "tell what can be written, and of one command what it takes",
    operands: [
      Operand(
        "a command or a topic",
        .topic(HelpTopic.allCases.map { Choice($0.rawValue, $0.summary) }, besides: .commands), .optional)
    ], examples: ["help", "help qat", "help losses"],
    footprint: { _, _ in .nothing }
  ) { arguments, _ in
    guard let word = arguments.word(at: 0) else {
      return Plan { _, console in
        console.put(.table(overview()))
        console.note("help COMMAND tells more; topics: " + sentence(HelpTopic.allCases.map(\.rawValue)))
        return .done
      }
    }
    if let command = Command.named(word.text) {
      return Plan { _, console in
        console.describe(command)
        return .done
      }
    }
    guard let topic = HelpTopic(rawValue: word.text) else {
      if let table = HelpWord.table(of: word.text) {
        return Plan { _, console in
          console.put(.table(table))
          return .done
        }
      }
      throw StatementError.unknownTopic(
        word, command: "help", topics: Command.all.map(\.name) + HelpTopic.allCases.map(\.rawValue))
    }
    return Plan { _, console in
      console.put(.table(table(of: topic)))
      return .done
    }
  }
}

extension Console {
  fileprivate func describe(_ command: Command) {
    text("\(command.name): \(command.summary)\n\(command.usage)")
    if case .result(let words) = command.target { text("NAME holds \(words)") }
    if let reasons = command.reasons { text(reasons) }
    let choices = command.operands.flatMap(\.kind.choices)
    if !choices.isEmpty { put(.table(choiceTable("word", choices))) }
    if !command.keywords.isEmpty { put(.table(keywordTable(command))) }
    text("examples:\n" + command.examples.map { "  " + $0 }.joined(separator: "\n"))
  }
}

private func overview() -> Table {
  Table(
    columns: [Table.Column("command"), Table.Column("does"), Table.Column("example")],
    texts: Command.all.map { [$0.name, $0.summary, $0.examples.first ?? ""] })
}

private func keywordTable(_ command: Command) -> Table {
  Table(
    columns: [
      Table.Column("option"), Table.Column("takes"), Table.Column("otherwise"), Table.Column("means"),
    ],
    rows: command.keywords.map {
      [.text($0.name), .text($0.kind.words), .spelled($0.otherwise ?? ""), .text($0.summary)]
    })
}

private func choiceTable(_ title: String, _ choices: [Choice]) -> Table {
  Table(
    columns: [Table.Column(title), Table.Column("means")], texts: choices.map { [$0.name, $0.summary] })
}

private func table(of topic: HelpTopic) -> Table {
  switch topic {
  case .layers: choiceTable("layer", LayerForm.choices)
  case .networks: choiceTable("network", Architecture.all.map { Choice($0.name, $0.summary) })
  case .findings: choiceTable("finding", FindingKind.catalogue.map { Choice($0.id, $0.summary) })
  case .data: choiceTable("data", DatasetSource.catalogue.map { Choice($0.name, $0.summary) })
  case .losses:
    Table(
      columns: [
        Table.Column("loss"), Table.Column("parameters"), Table.Column("means"), Table.Column("published"),
      ],
      texts: LossEntry.catalogue.map { entry in
        [
          entry.name,
          entry.parameterWords, entry.summary, entry.source,
        ]
      })
  }
}

extension LossArgument {
  var words: String {
    switch self {
    case .number(let value): plain(value)
    case .flag(let value): "\(value)"
    }
  }
}

extension ValueKind {
  /// The words that a value of this kind can be, where they are few.
  var choices: [Choice] {
    switch self {
    case .choice(let choices), .topic(let choices, _), .calls(let choices): choices
    case .either(let kinds): kinds.flatMap(\.choices)
    case .count, .real, .model, .network, .newName, .text, .pattern, .names, .runNumbers, .place, .chain,
      .statement,
      .flag,
      .width,
      .layers, .widths:
      []
    }
  }
}
