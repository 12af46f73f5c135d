import Language
import Testing

struct TokenizerTests {
  @Test func everyPieceHasAKind() {
    let source = "t = train r-1.0.a lr 1e-4 [1%, \"s\"] > f(a: b) \\\n # c\n\"open"
    let tokens = tokenize(source)
    let kinds: [TokenKind] = [
      .word, .equals, .word, .word, .word, .number, .leftBracket, .percentage, .comma, .string, .rightBracket,
      .greater, .word, .leftParenthesis, .word, .colon, .word, .rightParenthesis, .continuation, .newline,
      .comment, .newline, .string,
    ]
    #expect(tokens.map(\.kind) == kinds)
    let file = SourceFile(source)
    #expect(tokens.prefix(6).map { file.text(of: $0.range) } == ["t", "=", "train", "r-1.0.a", "lr", "1e-4"])
  }

  @Test(arguments: [
    ("f(a, [b])", ""), ("f(a", "("), ("a)", ")"), ("f(a]", "(]"), ("f([a)", "["), ("[(]", "("),
    ("))((", "))(("),
  ])
  func bracketsWithoutAPartnerAreMarked(_ source: String, _ expected: String) {
    let file = SourceFile(source)
    let marked = tokenize(source).filter(\.isUnbalanced).map { file.text(of: $0.range) }.joined()
    #expect(marked == expected)
  }
}
