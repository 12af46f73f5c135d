import Notebooks
import Testing

@Suite struct QATFileTests {
  private func cells(_ text: String) throws -> [NotebookCell] {
    try parseNotebook(Array(text.utf8), path: "a.qat").cells
  }

  @Test func aFileWithoutMarkersIsOneCell() throws {
    #expect(
      try cells("data shapes\n\ntrain tiny\n") == [
        NotebookCell(kind: .code, source: "data shapes\n\ntrain tiny")
      ])
  }

  @Test func markersCutCellsAndKinds() throws {
    let text = """
      # A header that only comments.

      # %% [markdown]
      # # Title
      #
      # A `word`.
      # %% tags=["parameters", "b"]
      epochs = 3

      # %% The third
      train resnet18
      # a comment stays
      #%% [raw]
      x
      """
    #expect(
      try cells(text) == [
        NotebookCell(kind: .markdown, source: "# Title\n\nA `word`."),
        NotebookCell(kind: .code, source: "epochs = 3", tags: ["parameters", "b"]),
        NotebookCell(kind: .code, source: "train resnet18\n# a comment stays"),
        NotebookCell(kind: .other, source: "x"),
      ])
  }

  @Test func windowsLineEndsAndAByteOrderMarkAreNoPartOfACell() throws {
    #expect(
      try cells("\u{FEFF}data shapes\r\n# %%\r\nconvert\r\n").map(\.source) == ["data shapes", "convert"])
  }

  @Test func whatOnlyLooksLikeAMarkerIsAComment() throws {
    #expect(try cells("data shapes # %%\n# %%%\n #%% x\n").count == 1)
  }

  @Test func anEmptyFileHasNoCells() throws {
    #expect(try cells("").isEmpty)
    #expect(try cells("# only a comment\n").isEmpty)
  }

  @Test func aBadMarkerIsToldWithItsLine() {
    #expect(
      throws: NotebookError.badMarker(
        path: "a.qat", line: 2, problem: "there is no kind of cell [mrkdown]", remedy: "# %% [markdown]")
    ) { try cells("x\n# %% [mrkdown]\n") }
    #expect(
      throws: NotebookError.badMarker(
        path: "a.qat", line: 1, problem: "tags are a list of words in quotes",
        remedy: "# %% tags=[\"parameters\"]")
    ) { try cells("# %% tags=[a]\n") }
  }
}
