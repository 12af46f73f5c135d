import Interpreter
import Notebooks
import Testing
import Text

/// Runs that write into their file and don't come to its end.
@Suite(.serialized) struct EarlierRunTests {
  private static let lesson =
    "# %% id=\"a\"\nset seed 1\n# %% id=\"b\"\nprint \"two\"\n# %% id=\"c\"\nprint \"three\"\n"

  private func outputs(_ scene: NotebookScene) throws -> [JSONValue?] {
    try readNotebook(scene.path).cells.map { $0.members["outputs"] }
  }

  private func isEarlier(_ scene: NotebookScene) throws -> [Bool] {
    try readNotebook(scene.path).cells.map {
      $0.members["metadata"]?.object?["qatlab"]?.object?["earlier_run"] == .bool(true)
    }
  }

  @Test func cellsBehindAFailureKeepWhatTheyHad() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    let before = try outputs(scene)
    #expect(try scene.replace("\"print \\\"two\\\"\"", "\"evaluate nothing\"") == 1)
    #expect(scene.run() == 1)
    let after = try outputs(scene)
    #expect(after[2] == before[2] && after[1] != before[1])
    #expect(try isEarlier(scene) == [false, false, true])
    #expect(scene.notes.contains("cell 3 keeps the outputs of an earlier run"))
    // The next run says so, and takes the mark away where it comes to the cell.
    try scene.replace("evaluate nothing", "print \\\"two\\\"")
    #expect(scene.run() == 0)
    #expect(scene.notes.contains { $0.contains("cell 3 is stale: it is of an earlier run") })
    #expect(try isEarlier(scene) == [false, false, false])
    #expect(scene.replay() == 0)
    #expect(try outputs(scene) == before)
  }

  @Test(arguments: [0, 1, 2]) func cellsThatAnInterruptionLeavesKeepWhatTheyHad(read: Int) throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    let before = try outputs(scene)
    #expect(scene.run(readCells: read) == 130)
    #expect(try outputs(scene) == before)
    #expect(try isEarlier(scene) == (0..<3).map { $0 >= read })
  }

  @Test func aCellThatWasNeverRunHasNothingToKeep() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run(readCells: 1) == 130)
    #expect(try isEarlier(scene) == [false, false, false])
    #expect(scene.replay() == 0)
    #expect(scene.verdicts == ["same", "new", "new"])
  }
}
