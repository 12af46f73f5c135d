import Notebooks
import Testing
import Text

@Suite struct IPyNBTests {
  private func parse(_ text: String) throws -> Notebook {
    try parseNotebook(Array(text.utf8), path: "a.ipynb")
  }

  @Test func aFileOfNBFormatComesBackByteForByte() throws {
    #expect(try parse(NBFormatSample.text).ipynbText == NBFormatSample.text)
  }

  @Test func theCellsAreRead() throws {
    let cells = try parse(NBFormatSample.text).cells
    #expect(cells.map(\.kind) == [.markdown, .other, .code, .code])
    #expect(cells.map(\.source) == ["# T\n\nx", "r", "", "train resnet18\nconvert"])
    #expect(cells.map(\.tags) == [[], [], [], ["x"]])
  }

  @Test func unsortedMembersAndTextsInOnePieceAreBroughtIntoNBFormatsForm() throws {
    let text = """
      {"nbformat":4,"metadata":{"signature":"s"},"nbformat_minor":5,"cells":[
      {"source":"a\\nb","cell_type":"raw","metadata":{"trusted":true},"id":"r","future":[1]}]}
      """
    let expected = """
      {
       "cells": [
        {
         "cell_type": "raw",
         "future": [
          1
         ],
         "id": "r",
         "metadata": {},
         "source": [
          "a\\n",
          "b"
         ]
        }
       ],
       "metadata": {},
       "nbformat": 4,
       "nbformat_minor": 5
      }

      """
    #expect(try parse(text).ipynbText == expected)
  }

  @Test func linesEndWherePythonEndsThem() {
    // "…".splitlines(True) of Python 3.
    #expect(
      linesWithEnds("a\nb\r\nc\u{0B}d\u{0C}e\u{85}f\u{2028}g\rh\u{1C}i")
        == ["a\n", "b\r\n", "c\u{0B}", "d\u{0C}", "e\u{85}", "f\u{2028}", "g\r", "h\u{1C}", "i"])
    #expect(linesWithEnds("") == [])
    #expect(linesWithEnds("a\n") == ["a\n"])
    #expect(linesWithEnds("\n\n") == ["\n", "\n"])
  }

  @Test(arguments: [
    ("[]", NotebookError.notANotebook(path: "a.ipynb", missing: "it isn't an object")),
    ("{}", .notANotebook(path: "a.ipynb", missing: "it has no \"nbformat\" number")),
    ("{\"nbformat\":4}", .notANotebook(path: "a.ipynb", missing: "it has no list of \"cells\"")),
    ("{\"nbformat\":3,\"worksheets\":[]}", .formatVersion(path: "a.ipynb", version: 3)),
    ("{\"nbformat\":4,\"cells\":[1]}", .badCell(path: "a.ipynb", number: 1, problem: "it isn't an object")),
    (
      "{\"nbformat\":4,\"cells\":[{\"cell_type\":\"code\",\"source\":[1]}]}",
      .badCell(path: "a.ipynb", number: 1, problem: "its \"source\" is neither text nor a list of lines")
    ),
    (
      "{\"nbformat\":4,\"cells\":[{\"source\":\"x\"}]}",
      .badCell(path: "a.ipynb", number: 1, problem: "it has no \"cell_type\"")
    ),
    ("{", .notJSON(path: "a.ipynb", error: JSONError(reason: .unexpectedEnd, line: 1, column: 2))),
  ])
  func whatIsNoNotebookIsRefusedWithItsReason(_ text: String, _ error: NotebookError) {
    #expect(throws: error) { try parse(text) }
  }

  @Test(
    arguments: [([0x7B, 0xFF], 1), ([0xC3, 0xA9, 0xC3], 2), ([0x61, 0xED, 0xA0, 0x80], 1)] as [([UInt8], Int)]
  )
  func bytesThatAreNoTextAreRefusedWithTheirPlace(_ bytes: [UInt8], _ place: Int) {
    #expect(throws: NotebookError.notUTF8(path: "a.ipynb", byte: place)) {
      try parseNotebook(bytes, path: "a.ipynb")
    }
  }

  @Test func anotherExtensionIsRefused() {
    #expect(throws: NotebookError.unknownExtension(path: "a.txt")) { try parseNotebook([], path: "a.txt") }
  }
}
