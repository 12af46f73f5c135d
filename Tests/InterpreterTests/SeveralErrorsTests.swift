import Interpreter
import Language
import Testing

/// A cell with mistakes in several statements tells all that stand for themselves.
@Suite struct SeveralErrorsTests {
  private func slips(_ cell: String) throws -> [String] {
    let scene = try Scene()
    try scene.addModel("teacher")
    let source = SourceFile(cell)
    return scene.run(cell).0.diagnostics.map { diagnostic in
      let line = diagnostic.range.map { source.position(of: $0.lowerBound).line }
      return "\(line ?? 0) \(diagnostic.range.map { String(source.text(of: $0)) } ?? "")"
    }
  }

  @Test func mistakesOfReadingAndOfBindingComeTogetherInOrder() throws {
    #expect(
      try slips("frobnicate\nteacher = train resnet18 colour 3\n\tevaluate \"日本語\"\nshow )") == [
        "1 frobnicate", "2 colour", "3 \"日本語\"", "4 )",
      ])
  }

  @Test func aStatementThatWasNotReadIsBlamedOnce() throws {
    #expect(try slips("train resnet18 epochs 0 colour 3") == ["1 colour"])
    #expect(try slips("qat s with kd(a\ncompare 3 4") == ["1 (", "2 3"])
  }

  @Test func unknownNamesOfSeveralStatementsComeTogether() throws {
    #expect(
      try slips("evaluate techer\nx = train nosuch\nevaluate other") == ["1 techer", "2 nosuch", "3 other"])
  }

  @Test func whatMayOnlyFollowFromAnEarlierMistakeIsLeftOut() throws {
    #expect(try slips("x = train nosuch\nevaluate x\nevaluate other") == ["1 nosuch", "3 other"])
    // Without a name, the model that would have come of it can be meant by anything below.
    #expect(try slips("train nosuch\nevaluate other") == ["1 nosuch"])
    #expect(try slips("x = train nosuch\nconvert") == ["1 nosuch"])
  }
}
