import Foundation
import Interpreter
import Language
import Notebooks
import Testing

/// The repository's notebooks, run with few images.
@Suite(.serialized) struct NotebookTests {
  private static let small = [
    "limit": "512", "test": "256", "epochs": "1", "teacher_epochs": "1", "student_epochs": "1",
  ]

  @Test func theQuickStartIsAmongThem() {
    #expect(notebookPaths.contains { $0.hasSuffix("/quickstart.ipynb") })
  }

  @Test(arguments: notebookPaths)
  func everyCellRunsAndASecondRunGivesTheSameNumbers(path: String) throws {
    let first = try NotebookReplay(of: path, parameters: Self.small)
    #expect(first.problems == [])
    #expect(first.exitCode == 0)
    let failed = first.records.filter { $0.status != .ok }
    #expect(failed.map { "\($0.source): \($0.diagnostics.map(\.message))" } == [])
    #expect(first.records.allSatisfy { $0.diagnostics.isEmpty })
    let second = try NotebookReplay(of: path, parameters: Self.small)
    #expect(first.reproducible.contains { !$0.isEmpty })
    #expect(first.reproducible == second.reproducible)
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
