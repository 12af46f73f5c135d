import Language
import Testing

struct SourceFileTests {
  @Test(arguments: [
    (0, 1, 1), (1, 1, 2), (3, 1, 3), (4, 1, 4), (5, 2, 1), (6, 2, 2), (8, 3, 1), (12, 3, 2), (13, 4, 1),
    (99, 4, 1),
    (-3, 1, 1),
    // In the middle of a scalar: its start.
    (2, 1, 2), (10, 3, 1),
  ])
  func aPlaceIsALineAndAColumnInScalars(_ offset: Int, _ line: Int, _ column: Int) {
    // Offsets: a 0, é 1, CRLF 3, b 5, c 6, CR 7, rocket 8, LF 12.
    let source = SourceFile("aé\r\nbc\r🚀\n")
    let position = source.position(of: offset)
    #expect((position.line, position.column) == (line, column))
  }

  @Test func linesComeWithoutTheirEnds() {
    let source = SourceFile("aé\r\nbc\r🚀\n")
    #expect((0...5).map { String(source.line($0)) } == ["", "aé", "bc", "🚀", "", ""])
    #expect(source.lineCount == 3)
    #expect(SourceFile("").lineCount == 1)
    #expect(SourceFile("a\n\n").lineCount == 2)
  }

  @Test func lengthsAreInScalars() {
    let source = SourceFile("aé🚀e\u{301}")
    #expect(source.length(of: SourceRange(0..<10)) == 5)
    #expect(source.length(of: SourceRange(1..<7)) == 2)
    #expect(source.length(of: SourceRange(3..<3)) == 0)
    #expect(source.length(of: SourceRange(lowerBound: 7, upperBound: 99)) == 2)
  }
}
