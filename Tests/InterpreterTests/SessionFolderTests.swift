import Foundation
import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// A session that is a folder: closed and opened again, shared, damaged.
@Suite struct SessionFolderTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @discardableResult
  private func run(_ source: String, _ interpreter: Interpreter) -> (CellResult, [Output]) {
    var outputs: [Output] = []
    let result = interpreter.execute(source, cancellation: Cancellation()) { outputs.append($0) }
    return (result, outputs)
  }

  @Test func aSessionThatIsOpenedAgainHasItsDataNetworksAndHistory() throws {
    try withFolder { folder in
      do {
        let interpreter = try Interpreter(sessionFolder: folder)
        for cell in ["data shapes limit 64 test 32 size 8", "model tiny = conv(8, 3) > relu > fc(10)"] {
          #expect(run(cell, interpreter).0.status == .ok)
          interpreter.remember(cell)
        }
      }
      let interpreter = try Interpreter(sessionFolder: folder)
      #expect(interpreter.openingNotes == [])
      #expect(interpreter.history(limit: 1) == ["model tiny = conv(8, 3) > relu > fc(10)"])
      #expect(run("show data", interpreter).1.words.contains("1×8×8"))
      #expect(run("show tiny", interpreter).1.words.contains("conv(8, 3) > relu > fc(10)"))
    }
  }

  @Test func aSecondOpenerMayLookButNotChange() throws {
    try withFolder { folder in
      let writer = try Interpreter(sessionFolder: folder)
      #expect(run("set seed 7", writer).0.status == .ok)
      let reader = try Interpreter(sessionFolder: folder)
      #expect(reader.isReadOnly)
      #expect(reader.openingNotes.count == 1)
      #expect(run("set", reader).1.tables.first?.texts.first == ["seed", "7"])
      let diagnostic = try #require(run("set seed 8", reader).0.diagnostics.first)
      #expect(diagnostic.id == "read-only")
      #expect(diagnostic.notes.first?.contains("\(ProcessInfo.processInfo.processIdentifier)") == true)
    }
  }

  @Test func aDamagedStoreOpensForLookingAndSaysSo() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data("no database, though long enough to be taken for one".utf8)
        .write(to: URL(fileURLWithPath: folder + "/store.db"))
      let interpreter = try Interpreter(sessionFolder: folder)
      #expect(interpreter.isReadOnly)
      #expect(interpreter.openingNotes.count == 1)
      #expect(run("help", interpreter).0.status == .ok)
      #expect(run("set seed 7", interpreter).0.diagnostics.first?.message.contains(folder) == true)
    }
  }

  @Test func aDamagedObjectDisablesItsModelAndNothingElse() throws {
    try withFolder { folder in
      do {
        let interpreter = try Interpreter(sessionFolder: folder)
        run("data shapes limit 64 test 32 size 8", interpreter)
        for cell in [
          "a = train qatcnn epochs 1 batch 16 seed 1", "b = train qatcnn epochs 1 batch 16 seed 2",
        ] {
          #expect(run(cell, interpreter).0.status == .ok)
        }
      }
      let object = try SessionStore(folder: folder).model(named: "a").map(\.object)
      let path = folder + "/objects/\(try #require(object)).safetensors"
      try Data("short".utf8).write(to: URL(fileURLWithPath: path))

      let interpreter = try Interpreter(sessionFolder: folder)
      #expect(interpreter.openingNotes.count == 1)
      let diagnostic = try #require(run("evaluate a", interpreter).0.diagnostics.first)
      #expect(diagnostic.id == "damaged-model")
      #expect(diagnostic.range.map { SourceFile("evaluate a").text(of: $0) } == "a")
      #expect(diagnostic.message.contains(path))
      #expect(run("evaluate b", interpreter).0.status == .ok)
      let (compared, outputs) = run("compare", interpreter)
      #expect(compared.status == .ok)
      #expect(compared.diagnostics.map(\.severity) == [.warning])
      #expect(outputs.tables.first?.texts.map(\.first) == ["b"])
      #expect(run("forget a", interpreter).0.status == .ok)
    }
  }

  @Test func aModelAnswersTheSameAfterARestart() throws {
    try withFolder { folder in
      let cells = [
        "data shapes limit 64 test 32 size 8", "teacher = train qatcnn epochs 1 batch 16",
        "qat student with kd(teacher) epochs 1 batch 16", "convert",
      ]
      let questions = ["evaluate teacher", "evaluate student", "evaluate student-int8"]
      var answers: [[Metric]] = []
      do {
        let interpreter = try Interpreter(sessionFolder: folder)
        for cell in cells { #expect(run(cell, interpreter).0.status == .ok) }
        answers = questions.map { run($0, interpreter).0.metrics }
      }
      let interpreter = try Interpreter(sessionFolder: folder)
      #expect(questions.map { run($0, interpreter).0.metrics } == answers)
      #expect(answers.allSatisfy { $0.count == 2 })
    }
  }
}
