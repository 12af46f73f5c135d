import Language
import Testing

/// SplitMix64 (Steele, Lea, Flood 2014), so that every run reads the same inputs.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

struct GrowingCellTests {
  private static let pieces = [
    "(", ")", "[", "]", ",", ">", "\"", "\"a\"", "\\", " \\\n", "\n", "\n", "\n\n", "# c", "\\\"", "x", "3",
    "kd(a, ", "\"s\\\n", " ", "@", "é", "\r\n",
  ]

  /// The lines of a text one after the other say what all of them at once do, after each.
  @Test(arguments: 0..<4)
  func lineByLineIsAsAllAtOnce(_ seed: UInt64) {
    var random = SplitMix(state: seed &+ 77)
    for _ in 0..<200 {
      let count = Int.random(in: 0..<30, using: &random)
      let text = (0..<count).map { _ in Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)] }
        .joined()
      var cell = GrowingCell()
      var before = ""
      for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        before += line + "\n"
        let grown = cell.add(line)
        #expect(cell.text == before)
        #expect(grown == completeness(of: before), "\(before.debugDescription)")
        // What no line can mend is run, and a new cell begins.
        guard case .incomplete = grown else { break }
      }
    }
  }

  private static let growing = [
    ("lines after an unclosed bracket", "compare (", "a\n"),
    ("lines that go on with a backslash", "compare ", "a \\\n"),
    ("lines of a string", "export \"", "a\\\n"),
    ("lines after a comma", "qat s with ", "kd(t),\n"),
    ("layers", "model t = ", "relu >\n"),
  ]

  @Test(arguments: growing)
  func eachLineIsReadOnce(_ name: String, _ start: String, _ line: String) {
    func steps(_ lines: Int) -> Int {
      var cell = GrowingCell()
      for index in 0..<lines { _ = cell.add((index == 0 ? start : "") + line.dropLast()) }
      return cell.steps
    }
    let (few, many) = (steps(200), steps(2000))
    #expect(many <= 10 * few + 100, "\(name): \(few), \(many)")
    #expect(few >= 200 * (line.count - 2), "\(name): \(few)")
  }

  /// Texts in which one step could look at all that is left; `n` of the piece between the two ends.
  private static let texts = [
    ("lines after an unclosed bracket", "compare (\n", "a\n", ""),
    ("lines that go on", "compare \\\n", "a \\\n", "b"),
    ("numbers in a list", "data x classes ", "17, ", "18"),
    ("wrong lines", "", "trian resnet18 epochs\n", ""), ("unknown signs", "", "@ 3x\n", ""),
    ("texts in foreign quotes", "compare ", "‘a’ ", ""), ("dots", "compare ", ".=", ""),
    ("paths", "compare ", "a/b ", ""), ("open brackets", "compare ", "([", ""),
    ("brackets left open", "compare ", "f([", String(repeating: ")", count: 50)),
    ("closing brackets", "compare ", ")]", ""), ("dashes", "compare ", "--a ", ""),
    ("options", "train r ", "epochs 3 ", ""), ("values", "train r epochs 3 ", "7 ", ""),
    ("layers", "model t = ", "relu > ", "fc(10)"), ("comments", "", "# a\n", "compare"),
  ]

  @Test(arguments: texts)
  func readingGrowsAsTheTextDoes(_ name: String, _ start: String, _ piece: String, _ end: String) {
    func steps(_ count: Int) -> Int {
      let program = parse(start + String(repeating: piece, count: count) + end, vocabulary: .sample)
      #expect(program.diagnostics.count <= 21, "\(name)")
      return program.steps
    }
    let (few, many) = (steps(400), steps(4000))
    #expect(many <= 11 * few, "\(name): \(few), \(many)")
  }

  @Test func whatIsNotShownIsCounted() throws {
    let program = parse(String(repeating: "@\n", count: 20_000), vocabulary: .sample)
    #expect(program.diagnostics.count == 21)
    #expect(program.diagnostics.last?.message == "19,980 more problems are not shown")
    #expect(program.problems.count == 20)
    #expect(program.mistakes.count == 20_000)
    #expect(program.mistakes == program.mistakes.sorted())
  }
}
