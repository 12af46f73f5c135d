import Foundation
import Interpreter
import Language
import Notebooks
import Testing
import Text
import Training

/// What is written down of a session, and whether it makes the session again.
@Suite(.serialized) struct SavedSessionTests {
  /// A conversation in a session.
  private final class Conversation {
    let interpreter: Interpreter
    private(set) var cells: [SessionCell] = []

    init(_ interpreter: Interpreter) { self.interpreter = interpreter }

    /// Runs a cell; `stopsAt` cancels it at the first output that has these words.
    @discardableResult
    func run(_ source: String, stopsAt words: String? = nil) -> CellResult.Status {
      let cancellation = Cancellation()
      var outputs: [Output] = []
      let before = interpreter.state
      let result = interpreter.execute(source, cancellation: cancellation) { output in
        outputs.append(output)
        if let words, "\(output)".contains(words) { cancellation.cancel() }
      }
      let after = interpreter.state
      if result.status == .ok || before != after {
        cells.append(
          SessionCell(CellRecord(number: 0, source: source, result, outputs), before: before, after: after))
      }
      return result.status
    }

    var saved: SessionCells { get throws { SessionCells(cells, try SessionLineage(interpreter)) } }
  }

  private static let setting = [
    "data shapes limit 96 test 40 size 12", "model tiny = conv(4, 3) > bn > relu > globalpool > fc(10)",
    "teacher = train tiny epochs 1",
  ]

  /// Models with their accuracy, networks and settings.
  private func standing(_ interpreter: Interpreter) throws -> [String] {
    var words: [String] = []
    for cell in ["models", "set"] {
      _ = interpreter.execute(cell, cancellation: Cancellation()) { output in
        if case .table(let table) = output { words += table.texts.map { $0.joined(separator: " ") } }
      }
    }
    return words + (try interpreter.knownNames.networks.sorted())
  }

  /// What the saved cells make, in a new session.
  private func replayed(_ cells: SessionCells) throws -> [String] {
    let conversation = Conversation(try Interpreter(sessionFolder: nil))
    for cell in cells.cells { #expect(conversation.run(cell.source) == .ok, "\(cell.source)") }
    return try standing(conversation.interpreter)
  }

  @Test func undoneCellsAndTheirUndoLeaveTogether() throws {
    let talk = Conversation(try Interpreter(sessionFolder: nil))
    for cell in Self.setting { talk.run(cell) }
    for cell in ["train teacher epochs 1", "undo", "evaluate teacher", "set seed 4", "student = ptq teacher"]
    {
      #expect(talk.run(cell) == .ok)
    }
    // Two back: what looked at the student in between goes, too.
    for cell in ["inspect student", "undo", "undo", "models", "qat fake from teacher epochs 1"] {
      #expect(talk.run(cell) == .ok, "\(cell)")
    }
    let saved = try talk.saved
    let kept = Self.setting + ["evaluate teacher", "models", "qat fake from teacher epochs 1"]
    #expect(saved.cells.map(\.source) == kept)
    let gone = ["train teacher epochs 1", "set seed 4", "student = ptq teacher", "inspect student"]
    #expect(saved.takenBack == gone)
    let again = try replayed(saved)
    let own = try standing(talk.interpreter)
    #expect(again == own)
  }

  @Test func aNotebookOfTheCellsReplaysTheSame() throws {
    let talk = Conversation(try Interpreter(sessionFolder: nil))
    talk.run("set seed 5")
    for cell in Self.setting + ["compare"] { talk.run(cell) }
    let notebook = SessionNotebook(try talk.saved).notebook(
      talk.interpreter, version: "1", plainText: plainText)
    let scene = try NotebookScene(file: notebook.ipynbText)
    #expect(scene.replay() == 0)
    #expect(scene.verdicts == Array(repeating: "same", count: 5))
    #expect(scene.summary?["environment_differences"] == .array([]))
  }

  @Test func aSessionThatIsOpenedAgainIsWrittenWithWhatMadeIt() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "qatlab-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      let first = Conversation(try Interpreter(sessionFolder: folder))
      first.run("data shapes limit 32 test 16 size 12")
      for cell in Self.setting + ["models", "other = train tiny epochs 1 seed 3", "forget other"] {
        first.run(cell)
      }
    }
    let second = Conversation(try Interpreter(sessionFolder: folder))
    second.run("qat student from teacher epochs 1")
    let saved = try second.saved
    // Neither the data that gave way to others, nor the model that is forgotten.
    #expect(saved.cells.map(\.source) == Self.setting + ["qat student from teacher epochs 1"])
    #expect(saved.cells.map { $0.record == nil } == [true, true, true, false])
    #expect(saved.missing == [])
    let again = try replayed(saved)
    let own = try standing(second.interpreter)
    #expect(again == own)
    let third = Conversation(second.interpreter)
    #expect(try third.saved.cells.map(\.source) == saved.cells.map(\.source))
  }

  @Test func aCellThatWasStoppedIsNamedAndWrittenUpToThere() throws {
    let talk = Conversation(try Interpreter(sessionFolder: nil))
    for cell in Self.setting.prefix(2) { talk.run(cell) }
    #expect(talk.run("teacher = train tiny epochs 4\nevaluate teacher", stopsAt: "epoch 1/4") == .interrupted)
    talk.run("evaluate teacher")
    let saved = try talk.saved
    #expect(saved.cells.count == 4)
    #expect(saved.cells[2].source.hasSuffix("\nteacher = train tiny epochs 4"))
    #expect(saved.cells[2].source.hasPrefix("# teacher was stopped after "))
    #expect(saved.notes.contains { $0.contains("teacher was stopped after") })
    let notebook = SessionNotebook(saved).notebook(
      talk.interpreter, version: "1", plainText: plainText)
    // What follows from the stopped run has no outputs that a replay would find different.
    let scene = try NotebookScene(file: notebook.ipynbText)
    #expect(scene.replay() == 0)
    #expect(scene.verdicts.suffix(2) == ["new", "new"])
  }

  @Test func aRecipeIsTheCellsThatMakeAModel() throws {
    let talk = Conversation(try Interpreter(sessionFolder: nil))
    for cell in Self.setting { talk.run(cell) }
    talk.run("other = train tiny epochs 1 seed 2")
    talk.run("qat student from other with kd(teacher) epochs 1")
    var texts: [String] = []
    func recipe(_ cell: String) -> CellResult.Status {
      texts = []
      return talk.interpreter.execute(cell, cancellation: Cancellation()) { output in
        if case .text(let text) = output { texts.append(text) }
      }.status
    }
    #expect(recipe("recipe student") == .ok)
    #expect(
      texts == Self.setting + [
        "other = train tiny epochs 1 seed 2", "qat student from other with kd(teacher) epochs 1",
      ])
    #expect(recipe("recipe teacher") == .ok)
    #expect(texts == Self.setting)
    #expect(recipe("recipe nobody") == .error)
    // In the cell that makes it, too.
    #expect(recipe("small = ptq teacher\nrecipe small") == .ok)
    #expect(texts.suffix(4) == Self.setting + ["small = ptq teacher"])
    let again = Conversation(try Interpreter(sessionFolder: nil))
    for text in texts.suffix(4) { #expect(again.run(text) == .ok) }
    let (names, own) = (try again.interpreter.knownNames.models, try talk.interpreter.knownNames.models)
    #expect(names.map(\.name) == ["teacher", "small"] && own.map(\.name).contains("small"))
  }
}

/// As `NotebookScene` spells outputs.
private func plainText(_ output: Output, _ source: SourceFile) -> String {
  switch output {
  case .note(let text), .text(let text), .print(let text): text
  case .measured(let words, _): words.text
  case .diagnostic(let diagnostic): diagnostic.message
  default: "shown"
  }
}
