import Foundation
import GRDB
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Sessions that earlier versions of the program left: they open with the same figures, and a backup lies beside them.
@Suite(.serialized) struct OlderSessionTests {
  /// Made by version 0.2.0 with: data shapes limit 64 test 32 size 8, a network, teacher trained twice, student with it,
  /// convert, baseline = ptq teacher, set seed 5, gone trained and forgotten, set seed 6 and its undo.
  private static let twoMigrations = "session-of-two-migrations"

  private func withCopy(_ body: (String) throws -> Void) throws {
    let fixtures = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.copyItem(atPath: fixtures.path + "/" + Self.twoMigrations, toPath: folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func run(_ source: String, _ interpreter: Interpreter) -> (CellResult, [Output]) {
    var outputs: [Output] = []
    let result = interpreter.execute(source, cancellation: Cancellation()) { outputs.append($0) }
    return (result, outputs)
  }

  @Test func itsModelsHaveTheFiguresThatTheyHad() throws {
    try withCopy { folder in
      let interpreter = try Interpreter(sessionFolder: folder)
      #expect(interpreter.openingNotes == [])
      let table = try #require(run("models", interpreter).1.tables.first)
      #expect(
        table.texts.map { [$0[0], $0[1], $0[3], $0[4], $0[5]] } == [
          ["teacher", "float", "12.50 %", "11.0 kB", ""],
          ["student", "QAT", "12.50 %", "11.4 kB", "teacher"],
          ["student-int8", "int8", "12.50 %", "3.16 kB", "student"],
          ["baseline", "int8", "12.50 %", "3.16 kB", "teacher"],
        ])
      #expect(run("teacher.loss", interpreter).0.values["teacher.loss"] == 2.270017846049022)
      // What is measured of the weights is that, too, but for the order of sums.
      for (name, loss) in [("teacher", 2.270017846049022), ("student-int8", 2.2390164532012973)] {
        let values = run("evaluate \(name)", interpreter).0.values
        #expect(values[name + ".accuracy"] == 0.125)
        #expect(abs(try #require(values[name + ".loss"]) - loss) < 1e-3)
      }
      let methods = try #require(run("compare", interpreter).1.tables.first)
      #expect(methods.texts.map { $0[1] } == ["FP32", "QAT + KD, fake", "QAT + KD, int8", "PTQ, int8"])
      #expect(
        run("runs", interpreter).1.tables.first?.texts.map { $0[2] } == [
          "teacher", "teacher", "student", "gone",
        ])
      #expect(run("set", interpreter).1.tables.first?.texts.first == ["seed", "5"])
      #expect(interpreter.history(limit: 100).count == 13)
      #expect(run("recipe student", interpreter).0.status == .ok)
    }
  }

  @Test func undoAndRedoGoOverItsCells() throws {
    try withCopy { folder in
      let interpreter = try Interpreter(sessionFolder: folder)
      #expect(run("redo", interpreter).1.words == "done again: set seed 6")
      #expect(run("undo 2", interpreter).0.status == .ok)
      #expect(run("models", interpreter).1.tables.first?.texts.map { $0[0] }.last == "gone")
      #expect(run("undo 6", interpreter).0.status == .ok)
      #expect(run("teacher.loss", interpreter).0.values["teacher.loss"] != 2.270017846049022)
      #expect(run("undo 3", interpreter).0.status == .ok)
      #expect(run("models", interpreter).1.words.contains("there is no model yet"))
      #expect(run("undo", interpreter).0.diagnostics.map(\.id) == ["nothing-to-undo"])
      #expect(run("redo 11", interpreter).0.status == .ok)
      #expect(run("teacher.loss", interpreter).0.values["teacher.loss"] == 2.270017846049022)
      #expect(run("set", interpreter).1.tables.first?.texts.first == ["seed", "6"])
    }
  }

  @Test func itsVersionsCanBeNamed() throws {
    try withCopy { folder in
      let interpreter = try Interpreter(sessionFolder: folder)
      let table = try #require(run("models teacher", interpreter).1.tables.first)
      #expect(table.texts.map { $0[0] } == ["teacher@1", "teacher@2 (current)"])
      #expect(table.texts.map { $0[6] } == ["1", "2"])
      #expect(run("evaluate teacher@1", interpreter).0.values["teacher@1.accuracy"] != nil)
      #expect(run("show lineage student-int8", interpreter).0.status == .ok)
    }
  }

  @Test func aBackupIsKeptOfWhatItWas() throws {
    try withCopy { folder in
      let before = try Data(contentsOf: URL(fileURLWithPath: folder + "/store.db"))
      let reader = try DatabaseQueue(path: folder + "/store.db")
      let states = try reader.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM state_model") }
      try reader.close()
      _ = try Interpreter(sessionFolder: folder)
      let backup = folder + "/store.db.before-2"
      let queue = try DatabaseQueue(path: backup)
      #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM state_model") } == states)
      #expect(try queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") } == "ok")
      try queue.close()
      #expect(before.count > 0)
      // Opened again, nothing is upgraded, and the backup stays what it is.
      let kept = try Data(contentsOf: URL(fileURLWithPath: backup))
      _ = try Interpreter(sessionFolder: folder)
      #expect(try Data(contentsOf: URL(fileURLWithPath: backup)) == kept)
      // Put back, it lacks what came after it; when that is accepted, it is the session that it was.
      try FileManager.default.removeItem(atPath: folder + "/store.db")
      try FileManager.default.copyItem(atPath: backup, toPath: folder + "/store.db")
      let refusal = #expect(throws: StoreError.self) { try SessionStore(folder: folder) }
      #expect(refusal?.description.contains("remove objects/identity") == true)
      try FileManager.default.removeItem(atPath: folder + "/objects/identity")
      #expect(run("models", try Interpreter(sessionFolder: folder)).1.tables.first?.rows.count == 4)
    }
  }

  @Test func aBackupThatCantBeWrittenUpgradesNothing() throws {
    try withCopy { folder in
      // A folder of the temporary file's name can't be opened as one.
      let pid = ProcessInfo.processInfo.processIdentifier
      for attempt in 0..<1000 {
        let name = "\(folder)/store.db.before-2.\(pid)\(attempt == 0 ? "" : "-\(attempt)").qatlab-tmp"
        try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: false)
      }
      #expect(throws: StoreError.self) { try SessionStore(folder: folder) }
      let queue = try DatabaseQueue(path: folder + "/store.db")
      #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM grdb_migrations") } == 2)
      try queue.close()
    }
  }
}
