import GraphIR
import Interpreter
import Language
import SessionStore
import Testing

/// Mistakes as people make them, each answered with the cell that is right.
@Suite struct MistakeTests {
  @Test func atLeastNineOfTenMistakesAreAnsweredWithTheRightCell() throws {
    let scene = try Scene.ofMistakes()
    #expect(MistakenCells.all.count >= 100)
    var missed: [String] = []
    for (typed, right) in MistakenCells.all {
      let answers = scene.answers(to: typed)
      if !answers.contains(where: { plainText($0) == plainText(right) }) {
        missed.append("\(typed) → \(answers)")
      }
    }
    let text = missed.joined(separator: "\n")
    #expect(missed.count * 10 <= MistakenCells.all.count, Comment(rawValue: text))
  }
}

extension Scene {
  /// A session with data and a model of each kind, of which one has a run.
  static func ofMistakes() throws -> Scene {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32")
    scene.run("teacher = train qatcnn epochs 1 batch 64")
    try scene.addModel("student", kind: .fakeQuantized, details: ["start": "teacher"])
    try scene.addModel("student-int8", kind: .integer, details: ["start": "student"])
    return scene
  }

  /// The cells that a cell's diagnostics give to write instead, with their suggestions in place.
  func answers(to typed: String) -> [String] {
    interpreter.problems(in: typed).compactMap { diagnostic in
      if let cell = diagnostic.cell { return cell }
      guard let range = diagnostic.range, let suggestion = diagnostic.suggestion else { return nil }
      var bytes = Array(typed.utf8)
      bytes.replaceSubrange(range.lowerBound..<range.upperBound, with: Array(suggestion.utf8))
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}

/// A cell with one space between its words, as far as that changes nothing.
private func plainText(_ cell: String) -> String {
  cell.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    line.split(separator: " ").joined(separator: " ")
  }.joined(separator: "\n")
}

/// Whatever is wrong with a cell, what is shown to be written instead does in the session.
@Suite struct SuggestionTests {
  private static let cells =
    Command.all.flatMap(\.examples) + [
      "evaluate teacher", "compare teacher student",
      "qat s with kd(teacher, DecoupledKD, 0.5) epochs 2 bits 4",
      "model tiny = conv(16, 3) > relu > pool(2) > fc(10)", "ptq teacher observer mse calibration 16",
      "show run teacher", "budget 60 kB teacher",
    ]

  @Test(arguments: 0..<8)
  func everythingThatIsSuggestedBinds(seed: UInt64) throws {
    let scene = try Scene.ofMistakes()
    var mistakes = MachineMistakes(seed: seed)
    var suggested = 0
    for index in 0..<300 {
      let typed = mistakes.slip(in: Self.cells[(index &* 7 &+ Int(seed)) % Self.cells.count])
      // Of several statements each is mended by itself, also beside one that can't be.
      guard statementRanges(of: typed, vocabulary: Command.vocabulary).count < 2 else { continue }
      let said = scene.interpreter.problems(in: typed)
      for answer in scene.answers(to: typed) {
        suggested += 1
        try requireBound(
          answer, scene, Comment(rawValue: "\(typed.debugDescription) → \(answer.debugDescription)"))
      }
      for note in said.flatMap(\.notes) where note.hasPrefix("try: ") {
        let cell = String(note.dropFirst(5))
        guard Command.all.contains(where: { cell == $0.name || cell.hasPrefix($0.name + " ") }) else {
          continue
        }
        try requireBound(
          cell.replacing("\n       ", with: "\n"), scene,
          Comment(rawValue: "\(typed.debugDescription), \(note)"))
      }
    }
    #expect(suggested > 100, "\(suggested)")
  }

  /// The parser and the binder have nothing against it, and it can be planned in the session.
  private func requireBound(_ cell: String, _ scene: Scene, _ words: Comment) throws {
    let program = parse(cell, vocabulary: Command.vocabulary)
    try #require(!program.diagnostics.contains { $0.severity == .error }, words)
    try #require(bind(program).diagnostics.isEmpty, words)
    try #require(scene.interpreter.problems(in: cell).isEmpty, words)
  }
}
