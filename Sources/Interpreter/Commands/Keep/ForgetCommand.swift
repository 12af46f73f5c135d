import Language

extension Command {
  static let forget = Command(
    "forget", "take a model or a network out of the session",
    operands: [Operand("a model", .model(nil))], examples: ["forget student"],
    footprint: { arguments, _ in
      let name = arguments.word(at: 0)?.text
      return Footprint(uses: arguments.modelUses, changes: name.map { [.forget($0)] } ?? [])
    }
  ) { arguments, workspace in
    let word = try arguments.requiredWord(at: 0)
    let name = word.text
    if try workspace.kind(of: name) != nil || workspace.isDamaged(name) {
      return Plan(changes: [.forget(name)]) { _, console in
        console.whenKept(.text("\(name) is forgotten (undo brings it back)"))
        return .done
      }
    }
    guard workspace.names.networks.contains(name) else {
      throw ModelError.unknownModel(word, known: workspace.modelNames + workspace.names.networks.sorted())
    }
    return Plan(changes: [.define(name, nil)]) { _, console in
      console.whenKept(.text("the network \(name) is forgotten (undo brings it back)"))
      return .done
    }
  }
}
