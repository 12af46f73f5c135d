import Interpreter
import Language
import Terminal
import Testing
import Training

/// What `explain` says fits a terminal of 80 columns and 24 lines, with the prompt above and below.
@Suite struct ExplanationScreenTests {
  private func screen(_ topic: Topic, unicode: Bool = true) throws -> [String] {
    let painter = OutputPainter(style: Style(colour: false, unicode: unicode), width: 80)
    let cell = "explain \(topic.name)"
    var lines: [String] = []
    let result = try Interpreter(sessionFolder: nil).execute(cell, cancellation: Cancellation()) {
      lines += painter.lines($0, source: SourceFile(cell))
    }
    try #require(result.status == .ok)
    return lines
  }

  @Test(arguments: Topic.all.map(\.name))
  func aTopicFitsTheScreen(name: String) throws {
    let lines = try screen(try #require(Topic.named(name)))
    #expect(lines.count <= 22, "\(lines.count) lines:\n\(lines.joined(separator: "\n"))")
    #expect(lines.allSatisfy { $0.count <= 80 })
  }

  /// The picture's own lines would be torn where they are too long.
  @Test(arguments: Topic.all.map(\.name))
  func formulaAndPictureAreNotWrapped(name: String) throws {
    let topic = try #require(Topic.named(name))
    for line in (topic.formula + "\n" + topic.picture).split(separator: "\n") {
      #expect(line.count <= 78, "\(line)")
    }
  }

  @Test(arguments: Topic.all.map(\.name))
  func itIsReadableInPlainASCII(name: String) throws {
    let lines = try screen(try #require(Topic.named(name)), unicode: false)
    #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }, "\(lines.joined(separator: "\n"))")
  }
}
