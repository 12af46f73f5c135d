import Language
import SessionStore

extension Command {
  static let forget = Command(
    "forget", "take a model, an earlier version of one, or a network out of the session",
    operands: [Operand("a model", .model(nil), .several)],
    examples: ["forget student", "forget student baseline", "forget teacher@1"],
    footprint: { arguments, _ in
      Footprint(uses: arguments.modelUses, changes: arguments.words().map { .forget($0.text) })
    }
  ) { arguments, workspace in
    let forgotten = try arguments.words().map { try Forgotten($0, workspace) }
    return Plan(changes: forgotten.map(\.change)) { _, console in
      for one in forgotten { console.whenKept(.text("\(one.words) is forgotten (undo brings it back)")) }
      return .done
    }
  }
}

/// A name that is taken out of the session: a model's, or where there is none, a network's.
private struct Forgotten {
  var change: Workspace.Change
  var words: String

  init(_ word: Word, _ workspace: Workspace) throws {
    let name = word.text
    if let reference = VersionReference(name) {
      let entry = try workspace.model(word)
      // The one that has the name is forgotten by its name.
      if workspace.model(named: reference.name)?.version == entry.version {
        throw ModelError.currentVersion(word, name: reference.name)
      }
      (change, words) = (.forgetVersion(reference), name)
      return
    }
    if try workspace.kind(of: name) != nil || workspace.isDamaged(name) {
      (change, words) = (.forget(name), name)
    } else if workspace.names.networks.contains(name) {
      (change, words) = (.define(name, nil), "the network \(name)")
    } else {
      throw ModelError.unknownModel(word, known: workspace.modelNames + workspace.names.networks.sorted())
    }
  }
}
