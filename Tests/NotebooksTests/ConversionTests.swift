import Foundation
import Notebooks
import Testing
import Text

@Suite struct ConversionTests {
  /// What must survive: kind, text, id and tags of each cell.
  private func essence(_ notebook: Notebook) -> [String] {
    notebook.cells.map { "\($0.kind) \($0.id ?? "-") \($0.tags) \($0.source.debugDescription)" }
  }

  @Test(arguments: [
    "train resnet18", "", "\n", "a\n\nb\n", "\n\na", "# %%", "x\n# %% [markdown]\ny", "a\r\nb", "# comment",
    "a\u{2028}b\u{85}c", "tags=[\"a\"]", "  indented", "\u{FEFF}x", "é ß 😀", "# %% id=\"a\"",
  ])
  func anyTextComesBackInEachKindOfCell(text: String) throws {
    for kind in [NotebookCell.Kind.code, .markdown, .other] {
      var cell = NotebookCell(kind: kind, source: text, tags: ["a,\"]", "id=3"])
      cell.members["id"] = .string("x-1_Y")
      let notebook = Notebook(format: .qat, cells: [cell, NotebookCell(kind: .code, source: "last")])
      let once = try parseNotebook(Array(notebook.qatText.utf8), path: "a.qat")
      #expect(essence(once) == essence(notebook))
      #expect(once.qatText == notebook.qatText)
      let file = try parseNotebook(Array(once.asIPyNB.ipynbText.utf8), path: "a.ipynb")
      #expect(essence(file).first == essence(notebook).first)
      #expect(essence(try parseNotebook(Array(file.qatText.utf8), path: "a.qat")) == essence(file))
    }
  }

  @Test func idsStayAndMissingOnesAreTheSameEachTime() throws {
    let text = "# %% id=\"mine\"\na\n# %%\nb\n"
    let first = try parseNotebook(Array(text.utf8), path: "a.qat").asIPyNB
    #expect(first.cells.first?.id == "mine")
    #expect(first == (try parseNotebook(Array(text.utf8), path: "a.qat").asIPyNB))
  }

  @Test func anUnknownTypeOfCellKeepsItsName() throws {
    let text =
      #"{"cells":[{"cell_type":"sql","id":"s","metadata":{},"source":"select 1"}],"#
      + #""metadata":{},"nbformat":4,"nbformat_minor":5}"#
    let notebook = try parseNotebook(Array(text.utf8), path: "a.ipynb")
    #expect(notebook.qatText == "# %% [raw] type=\"sql\" id=\"s\"\n# select 1\n")
    let back = try parseNotebook(Array(notebook.qatText.utf8), path: "a.qat").asIPyNB
    #expect(back.cells.first?.members["cell_type"]?.string == "sql")
  }

  @Test(arguments: [
    ("# %% id=\"a b\"\n", "an id has 1 to 64 letters, digits, - and _, and \"a b\" is none"),
    ("# %% id=\"a\"\n# %% id=\"a\"\n", "another cell has the id \"a\""),
    ("# %% id=3\n", "id is a text in quotes"), ("# %% tags=[1]\n", "tags are a list of words in quotes"),
  ])
  func aBadAttributeIsTold(text: String, problem: String) {
    let error = #expect(throws: NotebookError.self) { try parseNotebook(Array(text.utf8), path: "a.qat") }
    guard case .badMarker(_, _, let told, _)? = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect(told == problem)
  }

  @Test func aTitleThatLooksLikeAnAttributeIsATitle() throws {
    let cells = try parseNotebook(Array("# %% grid=3 and more [markdown]\n# x\n".utf8), path: "a.qat").cells
    #expect(cells == [NotebookCell(kind: .markdown, source: "x")])
  }

  @Test func aFileThatExistsStaysUnlessForced() throws {
    let scene = try NotebookScene("a.qat", file: "# %%\ndata shapes\n")
    let target = scene.besides("b.ipynb")
    #expect(try convertNotebook(scene.path, to: target, force: false) == nil)
    #expect(throws: NotebookError.fileExists(path: target)) {
      try convertNotebook(scene.path, to: target, force: false)
    }
    #expect(NotebookError.fileExists(path: target).exitCode == 2)
    try scene.write("# %%\nmodels\n")
    #expect(try convertNotebook(scene.path, to: target, force: true) == nil)
    #expect(try readNotebook(target).cells.map(\.source) == ["models"])
  }

  @Test func theSameKindIsRefusedAndWhatTextCannotHoldIsTold() throws {
    let scene = try NotebookScene(file: NBFormatSample.text)
    let other = scene.besides("b.ipynb")
    #expect(throws: NotebookError.sameFormat(source: scene.path, target: other)) {
      try convertNotebook(scene.path, to: other, force: true)
    }
    let leftOut = try convertNotebook(scene.path, to: scene.besides("b.qat"), force: false)
    #expect(leftOut?.contains("outputs of 1 cell") == true)
    #expect(leftOut?.contains("attachments of 1 cell") == true)
  }
}
