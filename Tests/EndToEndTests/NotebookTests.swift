import Foundation
import Interpreter
import Language
import Notebooks
import Testing
import Text

/// The repository's notebooks, run with few images.
@Suite(.serialized) struct NotebookTests {
  private static let small = [
    "limit": "512", "test": "256", "epochs": "1", "teacher_epochs": "1", "student_epochs": "1",
  ]

  @Test func theQuickStartIsAmongThem() {
    #expect(notebookPaths.contains { $0.hasSuffix("/quickstart.ipynb") })
  }

  /// The first replay has other parameters than the saved run and so writes its own results; the second has to
  /// come to the same bits.
  @Test(arguments: notebookPaths)
  func everyCellRunsAndASecondReplayGivesTheSameBits(path: String) throws {
    let replay = try NotebookReplay(of: path, parameters: Self.small)
    #expect([0, 3].contains(replay.update()))
    #expect(replay.problems == [])
    #expect(!replay.verdicts.contains("failed"))
    #expect(replay.records.allSatisfy { $0.status != .ok || $0.diagnostics.isEmpty })
    #expect(replay.records.contains { !$0.metrics.filter(\.reproducible).isEmpty })
    let written = try replay.bytes
    #expect(replay.update() == 0)
    #expect(Set(replay.verdicts).isSubset(of: ["same", "skipped"]))
    #expect(try replay.bytes == written)
  }

  @Test(arguments: notebookPaths.filter { $0.hasSuffix(".ipynb") })
  func itIsSavedWithTheOutputsOfAWholeRun(path: String) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let notebook = try readNotebook(path)
    let isCanonical = notebook.ipynbText == String(decoding: bytes, as: UTF8.self)
    #expect(isCanonical, "not as the program writes it: qatlab run --in-place does")
    let code = notebook.cells.filter { $0.kind == .code }
    let counts = code.map { $0.members["execution_count"]?.integer }
    #expect(counts == (1...code.count).map(Optional.some))
    for cell in code {
      let results = cell.members["metadata"]?.object?["qatlab"]?.object
      #expect(results?["status"]?.string == "ok", "\(cell.source)")
    }
  }
}
