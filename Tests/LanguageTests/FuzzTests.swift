import Foundation
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

/// `QATLAB_FUZZ` sets how many texts are tried for each seed.
struct FuzzTests {
  private static let wanted = ProcessInfo.processInfo.environment["QATLAB_FUZZ"].flatMap { Int($0) }

  private static let programs = [
    "data fashion-mnist limit 20000\nteacher = train resnet18 epochs 3 lr 1e-4 augment seed -7",
    "qat student with kd(teacher, DecoupledKD(normalize: true), 0.5, T: 4, layers: [a.0.b, c]), nkd epochs 2",
    "model tiny = conv(16, 3) > # first\n  relu > pool(2) >\n fc(10)\nconvert\ncompare a \\\n b",
    "export tiny to \"a \\\"b\\\" \\\\ \\n.onnx\"\nadvise within 1.5%\r\n\ttrain resnet18 schedule one-cycle",
  ]

  private static let pieces = [
    "(", ")", "[", "]", ",", ">", "=", ":", "\"", "\\", "\n", "\r\n", "#", "%", " ", "\t", "-", ".", "1", "e",
    "'",
    "model", " with ", " epochs ", "train ", "é", "e\u{301}", "漢", "🚀", "\u{0}", "\u{A0}", "\u{200B}", "“",
    "”", "→", "/", "*", " bits(", " keep(",
    "\u{FEFF}", ";", "_", "\u{FE0F}", "--",
  ]

  @Test(arguments: 0..<4)
  func anyBytesAreRead(_ seed: UInt64) throws {
    var random = SplitMix(state: seed)
    for _ in 0..<(Self.wanted ?? 100) {
      let bytes = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      try check(String(decoding: bytes, as: UTF8.self))
      try check(String(decoding: bytes.map { $0 % 128 }, as: UTF8.self))
    }
  }

  @Test(arguments: 0..<8)
  func anyMutationIsRead(_ seed: UInt64) throws {
    var random = SplitMix(state: seed &+ 1_000)
    for _ in 0..<(Self.wanted ?? 400) {
      var characters = Array(
        Self.programs[Int.random(in: 0..<Self.programs.count, using: &random)].unicodeScalars)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let start = Int.random(in: 0...characters.count, using: &random)
        let end = min(characters.count, start + Int.random(in: 0...3, using: &random))
        let piece = Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)]
        characters.replaceSubrange(start..<end, with: Array(piece.unicodeScalars))
      }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: characters)
      try check(String(text))
    }
  }

  @Test(arguments: 0..<4)
  func anySequenceOfPiecesIsRead(_ seed: UInt64) throws {
    var random = SplitMix(state: seed &+ 2_000)
    for _ in 0..<(Self.wanted ?? 400) {
      let count = Int.random(in: 0..<40, using: &random)
      let text = (0..<count).map { _ in Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)] }
      try check(text.joined())
    }
  }

  private func check(_ source: String) throws {
    let program = parse(source, vocabulary: .sample)
    let file = SourceFile(source)
    let printed = Comment(rawValue: source.debugDescription)
    for range in ranges(of: program) { try #require(isInside(range, source), printed) }
    for diagnostic in program.diagnostics {
      try #require(diagnostic.range?.isEmpty != true, printed)
      for line in render(diagnostic, in: file, style: .plain, width: 30).split(separator: "\n") {
        try #require(!line.unicodeScalars.contains { $0.properties.generalCategory == .control }, printed)
      }
    }
    try checkTokens(of: source)
    if completeness(of: source) != .complete { try #require(!program.diagnostics.isEmpty, printed) }
    if program.diagnostics.isEmpty { try checkStability(of: program, printed) }
  }

  private func checkTokens(of source: String) throws {
    var end = 0
    for token in tokenize(source) {
      try #require(isInside(token.range, source) && !token.range.isEmpty && token.range.lowerBound >= end)
      end = token.range.upperBound
    }
  }

  /// Program text made from the tree reads as the same tree.
  private func checkStability(of original: Program, _ source: Comment) throws {
    let again = parse(program(original.statements), vocabulary: .sample)
    try #require(again.diagnostics == [], source)
    try #require(again.statements.map(tree) == original.statements.map(tree), source)
  }

  private func ranges(of program: Program) -> [SourceRange] {
    program.diagnostics.compactMap(\.range)
      + program.statements.flatMap { statement in
        [statement.range, statement.verb.range] + [statement.target?.range].compactMap { $0 }
          + statement.operands.map(\.range)
          + statement.clauses.flatMap { [$0.range, $0.keyword.range] + ranges(of: $0.value) }
      }
  }

  private func ranges(of value: Clause.Value) -> [SourceRange] {
    switch value {
    case .none: []
    case .value(let value): [value.range]
    case .calls(let calls): calls.flatMap { [$0.range, $0.name.range] + $0.arguments.map(\.range) }
    case .arguments(let call): [call.range, call.name.range] + call.arguments.map(\.range)
    }
  }

  /// True for a range that begins and ends between two scalars of the text.
  private func isInside(_ range: SourceRange, _ source: String) -> Bool {
    guard 0 <= range.lowerBound, range.lowerBound <= range.upperBound, range.upperBound <= source.utf8.count
    else { return false }
    let utf8 = source.utf8
    return [range.lowerBound, range.upperBound].allSatisfy { offset in
      offset == utf8.count || utf8[utf8.index(utf8.startIndex, offsetBy: offset)] & 0xC0 != 0x80
    }
  }
}
