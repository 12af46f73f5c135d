import Language
import Testing

struct RecoveryTests {
  private func identifiers(_ source: String) -> [String] {
    parse(source, vocabulary: .sample).diagnostics.map(\.id)
  }

  @Test func mistakesInSeveralStatementsAreReportedTogether() {
    let source = "train r epochs\ncompare a, b\nconvert\nteacher = 3\ntrain r lr 3x"
    #expect(
      identifiers(source) == ["missing-value", "unexpected-token", "missing-command", "malformed-number"])
    #expect(tree(source) == "(train r :epochs)\n(compare a b)\n(convert)\n(train r)")
  }

  @Test(arguments: [
    "qat s with kd(t, 0.5\nconvert\ncompare a",
    "qat s with kd(t, [a, 0.5\nconvert s\ncompare a",
    "qat s with kd(t,\nx = train r\nconvert",
  ])
  func anOpenBracketEndsWhereACommandBegins(_ source: String) {
    #expect(identifiers(source) == ["unclosed-bracket"])
    #expect(parse(source, vocabulary: .sample).statements.count == 3)
  }

  @Test func wordsInABracketMayBeVerbs() {
    #expect(identifiers("qat s with kd(\n  model,\n  train\n)") == [])
    #expect(identifiers("qat s with kd(a,\n  data = b)") == [])
  }

  @Test(arguments: [
    ("train @ r epochs 3", ["unexpected-character"]),
    ("train r epochs \"open", ["unterminated-string"]),
    ("qat s with kd(a b c d)", ["missing-comma"]),
    ("qat s with kd(", ["unclosed-bracket"]),
    ("qat s with kd(t, T:", ["unclosed-bracket"]),
    ("qat s with kd(a > ", ["unclosed-bracket", "missing-layer"]),
    ("qat s with kd(a])", ["mismatched-bracket", "unopened-bracket"]),
    ("train r epochs 3 epoch(3)", ["unknown-option"]),
    ("train r epochs 3 epoch = 3", ["unknown-option"]),
    ("train r augment=true", ["unexpected-value"]),
    ("qat s keep conv1, fc epochs 3", ["missing-parentheses"]),
    ("qat s keep", ["missing-parentheses"]),
    ("qat s bits", ["missing-value"]),
    ("qat s bits(conv1: 8", ["unclosed-bracket"]),
    ("qat s bits(layer1.*: 8 rest: 4)", ["missing-comma"]),
    ("train layer1.* epochs 3", ["unexpected-token"]),
    ("qat s with kd(layer*)", ["unexpected-token"]),
  ])
  func oneMistakeIsReportedOnce(_ source: String, _ expected: [String]) {
    #expect(identifiers(source) == expected)
  }

  @Test(arguments: [
    ("train r epochs=3, lr: .5", "(train r :epochs 3.0 :lr 0.5)"),
    ("train r --epochs (3)", "(train r :epochs 3.0)"),
    ("model a = conv （3，1）-> relu | bn → fc (2)", "(model a {conv(3.0 1.0) > relu > bn > fc(2.0)})"),
    ("export a to ‘b’; convert", "(export a :to \"b\")\n(convert)"),
    ("data folder ~/x/y.z limit 1_000", "(data folder \"~/x/y.z\" :limit 1000.0)"),
    ("train r lr −0.5", "(train r :lr -0.5)"),
    ("a.b: train r", "a.b = (train r)"),
  ])
  func whatIsPlainlyMeantIsReadOn(_ source: String, _ expected: String) {
    #expect(!identifiers(source).isEmpty)
    #expect(tree(source) == expected)
  }

  @Test func manyMistakesAreCutShort() throws {
    let diagnostics = parse(String(repeating: "@ 3x\n", count: 50), vocabulary: .sample).diagnostics
    #expect(diagnostics.count == 21)
    let last = try #require(diagnostics.last)
    #expect(last.severity == .note)
    #expect(last.message == "80 more problems are not shown")
  }

  @Test func deepNestingIsRefused() {
    func nested(_ depth: Int) -> String {
      "advise " + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(identifiers(nested(64)) == [])
    #expect(identifiers(nested(65)) == ["nesting-too-deep"])
    #expect(identifiers(nested(50_000)) == ["nesting-too-deep"])
    #expect(identifiers("advise " + String(repeating: "f(", count: 50_000)).contains("unclosed-bracket"))
  }

  @Test func longLinesAreRead() {
    let names = (0..<2_000).map { "model\($0)" }.joined(separator: " ")
    #expect(identifiers("compare " + names) == [])
    let layers = Array(repeating: "conv(16, 3)", count: 2_000).joined(separator: " > ")
    #expect(identifiers("model big = " + layers) == [])
    #expect(identifiers("train " + String(repeating: "@a", count: 20_000)).count == 21)
  }

  /// What the suggestion of each stands for: put in place of the range, it mends the program.
  @Test(arguments: [
    ("train r epochs 3 epoch 4", "train r epochs 3 epochs 4"),
    ("compare a, b", "compare a b"),
    ("data folder /a/b", "data folder \"/a/b\""),
    ("import “a\"b”", "import \"a\"b”"),
    ("import 'a\"b'", "import \"a\\\"b\""),
    ("train r lr .5", "train r lr 0.5"),
    ("advise within +1%", "advise within 1%"),
    ("data mnist limit 20,000", "data mnist limit 20000"),
    ("qat s with kd(a]", "qat s with kd(a)"),
    ("convert)", "convert"),
    ("qat s with kd(a b)", "qat s with kd(a , b)"),
    ("model a = relu bn", "model a = relu > bn"),
    ("model a = conv (3)", "model a = conv(3)"),
    ("model a relu", "model a = relu"),
    ("teacher: train r", "teacher= train r"),
    ("t == train r", "t = train r"),
    ("convert; convert", "convert\n convert"),
    ("train r augment on", "train r augment "),
  ])
  func aSuggestionReplacesTheRange(_ source: String, _ mended: String) throws {
    let diagnostic = try #require(parse(source, vocabulary: .sample).diagnostics.first)
    let range = try #require(diagnostic.range)
    let bytes = Array(source.utf8)
    let replaced =
      bytes[..<range.lowerBound] + Array((diagnostic.suggestion ?? "?").utf8) + bytes[range.upperBound...]
    #expect(String(decoding: replaced, as: UTF8.self) == mended)
  }
}
