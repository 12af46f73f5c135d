import Foundation
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// `gc`: what it frees, and what it would.
@Suite(.serialized) struct GarbageCellTests {
  private func withSession(_ body: (Interpreter, String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let interpreter = try Interpreter(sessionFolder: folder)
    for cell in [
      "data shapes limit 64 test 32 size 8", "model tiny = conv(4, 3) > relu > fc(10)",
      "a = train tiny epochs 1 batch 16 seed 1", "a = train tiny epochs 1 batch 16 seed 2",
      "a = train tiny epochs 1 batch 16 seed 3",
    ] {
      let (result, _) = run(cell, interpreter)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    try body(interpreter, folder)
  }

  private func run(_ source: String, _ interpreter: Interpreter) -> (CellResult, [Output]) {
    var outputs: [Output] = []
    let result = interpreter.execute(source, cancellation: Cancellation()) { outputs.append($0) }
    return (result, outputs)
  }

  private func files(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder + "/objects")
      .filter { $0.hasSuffix(".safetensors") }.sorted()
  }

  @Test func whatIsShownIsWhatIsFreed() throws {
    try withSession { interpreter, folder in
      #expect(run("gc show", interpreter).1.words.contains("nothing to free"))
      let before = try files(folder)
      #expect(before.count == 3)
      let (planned, words) = run("gc show keep 1", interpreter)
      #expect(
        words.words.contains("gc would free 1 file of weights")
          && words.words.contains("versions that go: a@1"))
      #expect(try files(folder) == before)
      let (done, _) = run("gc keep 1", interpreter)
      #expect(done.values == planned.values && done.values["gc.freed_files"] == 1)
      let bytes = try #require(done.values["gc.freed_bytes"])
      #expect(bytes > 1000)
      #expect(try files(folder).count == 2)
      #expect(run("undo", interpreter).0.status == .ok)
      #expect(run("evaluate a", interpreter).0.status == .ok)
      #expect(run("undo", interpreter).0.diagnostics.map(\.id) == ["nothing-to-undo"])
      #expect(run("redo", interpreter).0.status == .ok)
      #expect(run("models a", interpreter).1.tables.first?.texts.map { $0[0] } == ["a@2", "a@3 (current)"])
      // Cells stay known where they can't be taken back.
      #expect(run("recipe a", interpreter).1.words.contains("seed 3"))
    }
  }

  @Test func itStandsAlone() throws {
    try withSession { interpreter, _ in
      #expect(run("set seed 1\ngc", interpreter).0.status == .error)
      #expect(run("gc nothing", interpreter).0.diagnostics.map(\.id) == ["unknown-choice"])
    }
  }

  @Test func whoeverOnlyReadsMayLook() throws {
    try withSession { _, folder in
      let reader = try Interpreter(sessionFolder: folder)
      #expect(run("gc show keep 0", reader).0.values["gc.freed_files"] == 2)
      #expect(run("gc", reader).0.diagnostics.map(\.id) == ["read-only"])
    }
  }
}
