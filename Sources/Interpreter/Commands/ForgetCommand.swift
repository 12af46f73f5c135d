import Language

extension Command {
  static let forget = Command(
    "forget", "take a model or a network out of the session",
    operands: [Operand("a model", .model(nil))], examples: ["forget student"], effect: .changes
  ) { arguments, scope in
    let word = try arguments.requiredWord(at: 0)
    let name = word.text
    if scope.model(named: name) != nil || scope.damagedModels().contains(name) {
      scope.forget(name)
      return Step { draft, console in
        draft.forget(name)
        console.text("\(name) is forgotten (undo brings it back)")
        return .done
      }
    }
    guard scope.definitions.removeValue(forKey: name) != nil else {
      throw ModelError.unknownModel(word, known: scope.models.map(\.name) + scope.definitions.keys.sorted())
    }
    return Step { draft, console in
      draft.define(name, as: nil)
      console.text("the network \(name) is forgotten (undo brings it back)")
      return .done
    }
  }
}
