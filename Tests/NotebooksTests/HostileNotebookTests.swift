import Foundation
import Language
import Notebooks
import Testing

/// Files that no notebook program would write.
@Suite struct HostileNotebookTests {
  private static func file(_ cells: String, metadata: String = "{}") -> String {
    "{\"cells\":[\(cells)],\"metadata\":\(metadata),\"nbformat\":4,\"nbformat_minor\":5}"
  }

  @Test(arguments: [
    ("", "not-json"), ("{", "not-json"), ("[]", "not-a-notebook"), ("{\"nbformat\":4}", "not-a-notebook"),
    ("{\"nbformat\":3,\"cells\":[]}", "notebook-version"), (file("1"), "bad-cell"), (file("{}"), "bad-cell"),
    (file("{\"cell_type\":\"code\",\"source\":3}"), "bad-cell"),
    (String(repeating: "[", count: 100_000), "not-json"),
    (
      file(
        "{\"cell_type\":\"code\",\"source\":\"models\",\"metadata\":" + String(repeating: "[", count: 5000)),
      "not-json"
    ),
  ])
  func aFileThatIsNoNotebookIsRefused(text: String, id: String) throws {
    let scene = try NotebookScene(file: text)
    #expect(scene.replay(update: true) == 1)
    #expect(scene.problems.map(\.id) == [id])
    #expect(scene.text == text)
  }

  @Test func everyTruncationIsRefused() throws {
    let whole = Array(NBFormatSample.text.utf8)
    for length in stride(from: 0, to: whole.count - 2, by: 7) {
      #expect(throws: NotebookError.self) { try parseNotebook(Array(whole[..<length]), path: "a.ipynb") }
    }
  }

  @Test func aNotebookWithoutCellsReplaysToNothing() throws {
    let scene = try NotebookScene(file: Self.file(""))
    #expect(scene.replay(update: true) == 0)
    #expect(scene.verdicts == [])
    let once = scene.text
    #expect(scene.replay(update: true) == 0)
    #expect(scene.text == once)
  }

  @Test(arguments: [
    #"{"cell_type":"code","source":"models"}"#,
    #"{"cell_type":"code","source":"models","metadata":[],"outputs":{},"execution_count":"x","id":7}"#,
    #"{"cell_type":"code","source":"models","metadata":{"qatlab":3,"tags":"x"},"outputs":[3,null,{}]}"#,
    #"{"cell_type":"code","source":"models","metadata":{"qatlab":{"status":"fine"}},"outputs":[]}"#,
    #"{"cell_type":"code","source":"models","metadata":{"qatlab":{"program":[],"inputs":[]}}}"#,
  ])
  func membersOfTheWrongTypeAreNoResult(cell: String) throws {
    let scene = try NotebookScene(file: Self.file(cell, metadata: "{\"qatlab\":{\"environment\":[]}}"))
    #expect(scene.replay(update: true) == 0)
    #expect(scene.verdicts == ["new"])
    #expect(scene.replay() == 0)
    #expect(scene.verdicts == ["same"])
  }

  @Test func wrongTypesInsideSavedResultsDiffer() throws {
    let cell =
      #"{"cell_type":"code","source":"models","metadata":{"qatlab":{"status":"ok","values":{"a":[1],"b":"x"},"#
      + #""program":3,"inputs":{"x":1}}},"outputs":[{"output_type":"display_data","data":{"#
      + #""application/vnd.qatlab.v1+json":{"type":"table","columns":3,"rows":[3,[4]]}}}]}"#
    let scene = try NotebookScene(file: Self.file(cell, metadata: "3"))
    #expect(scene.replay() == 3)
    #expect(scene.differing.first?.contains("a") == true)
  }
}
