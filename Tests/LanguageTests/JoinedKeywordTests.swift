import Language
import Testing

/// Keywords of two words, whose first may be a keyword by itself.
struct JoinedKeywordTests {
  private static let vocabulary = Vocabulary(verbs: [
    "train": ["keep best": .flag, "epochs": .value],
    "qat": ["keep best": .flag, "keep": .arguments, "epochs": .value],
  ])

  private func clauses(_ source: String) throws -> [String] {
    let program = parse(source, vocabulary: Self.vocabulary)
    try #require(program.diagnostics == [], "\(source)")
    let bytes = Array(source.utf8)
    return try #require(program.statements.first).clauses.map { clause in
      clause.keyword.text + " | "
        + String(decoding: bytes[clause.range.lowerBound..<clause.range.upperBound], as: UTF8.self)
    }
  }

  @Test(arguments: [
    ("train net keep best", ["keep best | keep best"]),
    ("train net keep best epochs 3", ["keep best | keep best", "epochs | epochs 3"]),
    ("train net epochs 3 keep  best", ["epochs | epochs 3", "keep best | keep  best"]),
    ("qat s keep(fc) keep best", ["keep | keep(fc)", "keep best | keep best"]),
    ("qat s keep best keep(fc: bf16)", ["keep best | keep best", "keep | keep(fc: bf16)"]),
  ])
  func bothWordsAreTaken(source: String, expected: [String]) throws {
    #expect(try clauses(source) == expected)
  }

  @Test(arguments: [
    "qat s keep fc", "train net epochs 3 keep worst", "train net keep best keep best",
  ])
  func halfOfOneIsNone(source: String) {
    #expect(parse(source, vocabulary: Self.vocabulary).diagnostics.count == 1)
  }
}
