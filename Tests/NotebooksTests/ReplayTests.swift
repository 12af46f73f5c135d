import Foundation
import Interpreter
import Language
import Notebooks
import Testing
import Text

/// Whole replays of small notebooks.
@Suite(.serialized) struct ReplayTests {
  private static let lesson = """
    # %% tags=["parameters"] id="p"
    limit = 128
    # %% id="d"
    data shapes limit $limit test 64 size 12
    model tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)
    # %% id="t"
    teacher = train tiny epochs 1
    # %% id="e" tags=["raises-exception"]
    evaluate techer
    # %% id="s" tags=["skip-execution"]
    train resnet18
    # %% id="c"
    compare
    """

  @Test func aNotebookWithoutResultsIsNewAndThenTheSame() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.replay() == 0, "\(scene.differences)")
    #expect(scene.verdicts == ["new", "new", "new", "new", "skipped", "new"])
    #expect(scene.replay(update: true) == 0, "\(scene.differences)")
    let written = scene.text
    #expect(scene.replay() == 0, "\(scene.differences)")
    #expect(scene.verdicts == ["same", "same", "same", "same", "skipped", "same"])
    #expect(scene.summary?["summary"]?.object?["same"]?.integer == 5)
    #expect(scene.summary?["environment_differences"] == .array([]))
    #expect(scene.text == written)
  }

  @Test func whatRunWroteIsTheSameAndAnUpdateLeavesTheBytes() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    let written = scene.text
    #expect(scene.replay(update: true) == 0, "\(scene.differences)")
    #expect(scene.text == written)
  }

  @Test func aChangedNumberIsFoundAndAnUpdateWritesThatCellAlone() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    let written = scene.text
    let file = try readNotebook(scene.path)
    let values = file.cells[2].members["metadata"]?.object?["qatlab"]?.object?["values"]?.object
    let loss = try #require(values?["teacher.loss"])
    #expect(try scene.replace("\"teacher.loss\": \(loss.line)", "\"teacher.loss\": 9") == 1)
    #expect(scene.replay() == 3)
    #expect(scene.verdicts == ["same", "same", "different", "same", "skipped", "same"])
    #expect(scene.differing[2] == ["teacher.loss"])
    #expect(scene.replay(tolerances: ["loss=100"]) == 0, "\(scene.differences)")
    #expect(scene.verdicts[2] == "within tolerance")
    #expect(scene.replay(tolerances: ["loss=0.001", "acuracy=1"]) == 3)
    #expect(scene.notes.contains { $0.contains("acuracy") })

    #expect(scene.replay(update: true) == 3)
    let updated = try readNotebook(scene.path)
    let original = try parseNotebook(Array(written.utf8), path: "a.ipynb")
    #expect(updated.root == original.root)
    for (index, cell) in updated.cells.enumerated() where index != 2 {
      #expect(cell == original.cells[index])
    }
    let once = scene.text
    #expect(scene.replay(update: true) == 0, "\(scene.differences)")
    #expect(scene.text == once)
  }

  @Test func aNumberThatWasEditedInItsOutputAloneIsFoundToo() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    let file = try readNotebook(scene.path)
    let values = file.cells[2].members["metadata"]?.object?["qatlab"]?.object?["values"]?.object
    let accuracy = try #require(values?["teacher.accuracy"])
    #expect(try scene.replace("\"value\": \(accuracy.line)", "\"value\": 0.987") >= 1)
    #expect(scene.replay() == 3)
    #expect(scene.differing[2].contains("shown teacher.accuracy"))
    #expect(scene.replay(update: true) == 3)
    #expect(scene.replay() == 0, "\(scene.differences)")
  }

  @Test func durationsAreNotComparedAndSentencesAroundThemAre() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    #expect(try scene.replace("\"teacher.step_ms\": ", "\"teacher.step_ms\": 9") > 0)
    let epoch = try #require(scene.text.firstMatch(of: /"epoch 1\/1.*  (\d\.\d s)"/))
    #expect(try scene.replace("  " + epoch.1, "  1234.5 s") > 0)
    #expect(try scene.replace("\"\(epoch.1)\"", "\"1234.5 s\"") > 0)
    #expect(scene.replay() == 0, "\(scene.differences)")
    #expect(Set(scene.verdicts) == ["same", "skipped"])
    #expect(try scene.replace("teacher: tiny with fresh weights", "other words") > 0)
    #expect(scene.replay() == 3)
    #expect(scene.verdicts[2] == "different")
  }

  @Test func anotherEnvironmentIsNamedAndComparedWithinBands() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    let values = try readNotebook(scene.path).cells[2].members["metadata"]?.object?["qatlab"]?.object?[
      "values"]
    let loss = try #require(values?.object?["teacher.loss"]?.line)
    let near = try #require(Double(loss)) * 1.01
    #expect(try scene.replace("\"teacher.loss\": \(loss)", "\"teacher.loss\": \(near)") == 1)
    #expect(scene.replay() == 3)
    #expect(scene.replay(version: "2") == 0, "\(scene.differences)")
    #expect(scene.verdicts[2] == "within tolerance")
    #expect(scene.notes.contains("not as in the saved run: version 1, now 2"))
  }

  @Test func otherImagesAreTold() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    let data = try readNotebook(scene.path).savedEnvironment?["data"]?.object?.members
    #expect(data?.map(\.key) == ["shapes limit 128 test 64 size 12"])
    let checksum = try #require(data?.first?.value.string)
    #expect(checksum.hasPrefix("sha256:") && checksum.utf8.count == 71)
    try scene.replace(checksum, "sha256:" + String(repeating: "0", count: 64))
    #expect(scene.replay() == 3)
    // The cell of the data, those that use them, and none else.
    #expect(scene.verdicts == ["same", "different", "different", "different", "skipped", "different"])
    #expect(scene.differing[1] == ["images"])
    #expect(
      scene.notes.contains("not as in the saved run: other images in shapes limit 128 test 64 size 12"))
  }

  @Test func aFailureEndsTheReplayAndLeavesTheFile() throws {
    let scene = try NotebookScene(cells: "# %%\nmodels\n# %%\nevaluate nothing\n# %%\nmodels\n")
    let written = scene.text
    #expect(scene.replay(update: true) == 1)
    #expect(scene.verdicts == ["new", "failed", "skipped"])
    #expect(scene.cells[2]["reason"]?.string == "behind cell 2, which failed")
    #expect(scene.text == written)
  }

  @Test func anInterruptionEndsTheReplayAndLeavesTheFile() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    let written = scene.text
    #expect(scene.replay(update: true, interrupted: true) == 130)
    #expect(scene.verdicts == ["failed"] + Array(repeating: "skipped", count: 5))
    #expect(scene.cells.last?["reason"]?.string == "behind cell 1, which was interrupted")
    #expect(scene.summary?["exit_code"]?.integer == 130)
    #expect(scene.text == written)
  }

  @Test func anExpectedErrorThatIsAnotherOrNoneDiffers() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    try scene.replace("evaluate techer", "train tiny epochs 0")
    #expect(scene.replay() == 3)
    #expect(scene.differing[3] == ["errors", "messages"])
    #expect(scene.cells[3]["stale"]?.array?.isEmpty == false)
    try scene.replace("train tiny epochs 0", "models")
    #expect(scene.replay() == 3)
    #expect(scene.differing[3].prefix(2) == ["status", "errors"])
  }

  @Test func parametersAreHonouredAndUnknownOnesRefused() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.replay(parameters: [("limt", "9")]) == 2)
    #expect(scene.problems.first?.suggestion == "limit")
    #expect(scene.replay(tolerances: ["x"]) == 2)
    #expect(scene.run() == 0)
    #expect(scene.replay(parameters: [("limit", "64")]) == 3)
    #expect(scene.notes.contains("not as in the saved run: parameter limit 128, now 64"))
    #expect(!scene.notes.contains { $0.contains("stale") })
  }

  @Test func aTextFileHasNothingToCompareWith() throws {
    let scene = try NotebookScene("a.qat", file: "# %%\nmodels\n")
    #expect(scene.replay() == 2)
    #expect(scene.problems.map(\.id) == ["no-saved-results"])
  }

  @Test func theJUnitReportIsWrittenBesideIt() throws {
    let scene = try NotebookScene(cells: "# %%\nmodels # <&\"\n# %%\nevaluate nothing\n")
    let report = scene.besides("j.xml")
    #expect(scene.replay(junit: report) == 1)
    let text = try String(contentsOfFile: report, encoding: .utf8)
    #expect(text.contains("tests=\"2\" failures=\"0\" errors=\"1\" skipped=\"0\""))
    #expect(text.contains("name=\"cell 1: models # &lt;&amp;&quot;\""))
  }
}
