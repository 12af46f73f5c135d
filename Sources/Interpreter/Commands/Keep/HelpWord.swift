import Datasets
import Distillation
import GraphIR

/// What help says of a word of the language that is neither a command nor a topic.
enum HelpWord {
  /// A loss, a layer, a network, a data set, or an option with the commands that take it; nil for another word.
  static func table(of word: String) -> Table? {
    let named = losses + LayerForm.choices + networks + datasets
    let rows =
      named.filter { $0.name.lowercased() == word.lowercased() }.map { [$0.name, $0.summary] }
      + options(word)
    return rows.isEmpty ? nil : Table(columns: [Table.Column("word"), Table.Column("means")], texts: rows)
  }

  private static var losses: [Choice] {
    LossEntry.catalogue.map { entry in
      let parameters = entry.parameters.map(\.label).joined(separator: ", ")
      return Choice(
        entry.name,
        entry.summary + (parameters.isEmpty ? "" : "; parameters: \(parameters)") + " (\(entry.source))")
    }
  }

  private static var networks: [Choice] { Architecture.all.map { Choice($0.name, $0.summary) } }

  private static var datasets: [Choice] { DatasetSource.catalogue.map { Choice($0.name, $0.summary) } }

  private static func options(_ word: String) -> [[String]] {
    Command.all.compactMap { command in
      command.keyword(named: word).map { keyword in
        let otherwise = keyword.otherwise.map { "; otherwise \($0)" } ?? ""
        return ["\(command.name) … \(keyword.name)", "\(keyword.summary): \(keyword.kind.words)\(otherwise)"]
      }
    }
  }
}
