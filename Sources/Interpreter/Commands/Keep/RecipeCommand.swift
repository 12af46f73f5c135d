import GraphIR
import Language
import Text

extension Command {
  static let recipe = Command(
    "recipe", "print the cells that made a model: its data, settings, start and teachers",
    operands: [Operand("a model or a network", .model(nil))],
    examples: ["recipe student"],
    reasons: "run in a new session, these cells make the model again",
    footprint: { arguments, _ in Footprint(uses: arguments.modelUses) }
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
    guard workspace.names.knows(word.text) else {
      if let error = workspace.unknownVersion(word) { throw error }
      throw ModelError.unknownModel(word, known: workspace.modelNames + workspace.names.networks.sorted())
    }
    let before = workspace.source.utf8.prefix(arguments.statement.range.lowerBound)
    return Plan { workspace, console in
      try console.recipe(of: word, workspace, before: String(decoding: before, as: UTF8.self))
      return .done
    }
  }
}

extension Console {
  /// `before` are the statements of the cell above the one that asks.
  fileprivate func recipe(of word: Word, _ workspace: Workspace, before: String) throws {
    workspace.reads.note(.model(word.text))
    var lineage = try SessionLineage(workspace.store)
    if !before.allSatisfy(\.isWhitespace) {
      lineage.add(String(before.reversed().drop(while: \.isNewline).reversed()), state: .max)
    }
    let (steps, missing) = lineage.steps(making: [.model(word.text)])
    guard !steps.isEmpty else {
      note("no cell of this session made \(word.text)")
      return
    }
    for step in steps { text(step.written) }
    let names = missing.sorted().filter { name in
      if case .model(let name) = name { Architecture.named(name) == nil } else { false }
    }
    if !names.isEmpty { note("made by no cell that is kept: " + names.map(\.words).joined(separator: ", ")) }
  }
}
