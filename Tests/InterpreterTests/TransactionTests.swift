import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// A cell succeeds and the session changes, or it fails and the session is as it was.
@Suite struct TransactionTests {
  @Test func aCellThatFailsWhileItRunsTakesEarlierStatementsBack() throws {
    let scene = try Scene()
    try scene.addModel("teacher")
    let before = try scene.state()
    let (result, outputs) = scene.run("set seed 7\nforget teacher\nmodel tiny = fc(10)\nshow run 9")
    #expect(result.status == .error)
    #expect(outputs.words.contains("seed 7"))
    #expect(try scene.state() == before)
  }

  @Test func aLaterStatementThatCannotBePlannedKeepsTheFirstFromRunning() throws {
    let scene = try Scene()
    let (result, outputs) = scene.run("set seed 7\nevaluate techer")
    #expect(result.status == .error)
    #expect(outputs.words.isEmpty)
  }

  @Test func theDataInUseSurvivesACellThatFails() throws {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32")
    scene.run("data shapes limit 10 test 10\nshow run 9")
    #expect(scene.run("show data").1.words.contains("shapes limit 64 test 32"))
  }

  @Test func severalStatementsAreOneStepOfUndo() throws {
    let scene = try Scene()
    let empty = try scene.state()
    scene.run("set seed 7\nmodel tiny = conv(8) > relu > fc(10)")
    #expect(try scene.state() != empty)
    #expect(scene.run("undo").1.words == "taken back: set seed 7 …")
    #expect(try scene.state() == empty)
    #expect(scene.run("undo").0.diagnostics.map(\.id) == ["nothing-to-undo"])
  }

  @Test func aCellThatOnlyLooksIsNoStepOfUndo() throws {
    let scene = try Scene()
    scene.run("set seed 7")
    scene.run("models\nhelp\nset")
    #expect(scene.run("undo").1.words == "taken back: set seed 7")
  }

  @Test func aForgottenModelComesBackWithUndo() throws {
    let scene = try Scene()
    scene.run("set seed 1")
    try scene.addModel("teacher")
    #expect(scene.run("forget teacher").0.status == .ok)
    #expect(scene.run("evaluate teacher").0.diagnostics.map(\.id) == ["unknown-model"])
    scene.run("undo")
    #expect(try scene.store.model(named: "teacher") != nil)
  }

  @Test func anEmptyCellIsFine() throws {
    let (result, outputs) = try Scene().run("\n  # nothing\n")
    #expect(result.status == .ok)
    #expect(outputs == [])
  }

  @Test func aCellThatIsCancelledBeforeItStartsRunsNothing() throws {
    let scene = try Scene()
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(scene.run("set seed 7", cancellation: cancellation).0.status == .interrupted)
    #expect(try scene.store.setting("seed") == nil)
  }
}
