import Language
import Testing

/// Where names of models may be patterns.
@Suite struct PatternOperandTests {
  private let vocabulary = Vocabulary(
    verbs: ["compare": ["seeds": .value, "as": .value], "evaluate": [:]], patternVerbs: ["compare"])

  @Test(arguments: [
    "compare *", "compare student* teacher", "compare *-int8 seeds 3", "compare a b*c as csv",
  ])
  func theyAreOperandsOfSomeCommands(source: String) throws {
    let program = parse(source, vocabulary: vocabulary)
    #expect(program.diagnostics == [])
    let words = source.split(separator: " ").dropFirst().prefix { $0 != "seeds" && $0 != "as" }.map(
      String.init)
    let names = try #require(program.statements.first).operands.map { operand -> String in
      if case .name(let word) = operand { word.text } else { "" }
    }
    #expect(names == words)
  }

  @Test(arguments: ["evaluate *", "compare teacher seeds *", "compare\nevaluate stud*", "compare a as *"])
  func theyStandNowhereElse(source: String) {
    #expect(parse(source, vocabulary: vocabulary).diagnostics.map(\.id) == ["unexpected-token"])
  }
}
