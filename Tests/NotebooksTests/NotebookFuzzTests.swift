import Foundation
import GraphIR
import Interpreter
import Language
import Notebooks
import Testing
import Text

/// Notebooks with bytes changed, removed, repeated and replaced by what JSON is made of: a notebook or an error with
/// words, and what is a notebook is written so that it reads as the same.
///
/// `QATLAB_FUZZ` sets how many of each kind are tried.
@Suite struct NotebookFuzzTests {
  private static let count =
    ProcessInfo.processInfo.environment["QATLAB_FUZZ"].flatMap { Int($0) } ?? 1500

  private static let qat = """
    # %% [markdown] id="intro"
    # # Title
    # %% id="parameters" tags=["parameters"]
    width = 8
    name = "a b"
    # %% id="run" tags=["raises-exception", "skip-execution"]
    model tiny = conv($width, 3) > relu > fc(10)
    # %%
    print "$$ and $name"
    """

  private static let pieces = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "1e999", "-0", "1.5",
    "[]", "{}",
    "\"cell_type\":", "\"source\":[", "\"metadata\":{", "\"qatlab\":{", "\"outputs\":[", "# %%",
    "# %% [markdown]",
    "id=\"", "tags=[", "$", "$width", "\n", "\r", "\u{FEFF}", "\u{2028}", "é", "𝒳", " ", "[[[[[[[[", "}}}}}}",
  ]

  private static let results = #"""
    {"cells":[{"cell_type":"code","id":"a","execution_count":1,"metadata":{"tags":["parameters"],"qatlab":{"format":3,
    "status":"ok","values":{"t.accuracy":0.5},"measured":{"t.step_ms":1.5},"key":"00","inputs":{"data of the session":"0"},
    "spread":{"t.accuracy":{"low":0.1,"high":0.2}},"files":{"a":"b"},"earlier_run":true}},"outputs":[{"output_type":
    "display_data","metadata":{},"data":{"text/plain":["x"],"application/vnd.qatlab.v1+json":{"type":"table","title":null,
    "columns":[{"title":"a","alignment":"left"}],"rows":[["1"]],"values":[[{"number":1,"unit":"share","step":0.1}]]}}}],
    "source":["width = 8"]}],"metadata":{"qatlab":{"format":3,"environment":{"version":"1","threads":2,"seed":0,"data":
    {"shapes":"00"}},"parameters":{"width":"8"}}},"nbformat":4,"nbformat_minor":5}
    """#

  @Test(arguments: [
    ("a.ipynb", NBFormatSample.text), ("b.ipynb", results), ("a.qat", qat),
  ])
  func anyMutationIsReadOrRefused(path: String, text: String) throws {
    let whole = Array(text.utf8)
    var generator = SeededGenerator(seed: 15, purpose: path)
    var taken = 0
    for _ in 0..<Self.count {
      let bytes = mutated(whole, &generator)
      do throws(NotebookError) {
        let notebook = try parseNotebook(bytes, path: path)
        taken += 1
        try check(notebook, path)
      } catch {
        #expect(!error.diagnostic { "\($0)" }.message.isEmpty)
      }
    }
    #expect(taken > 0 && taken < Self.count)
  }

  /// Written and read again it is the same; so are its parameters, and none of its programs stops them.
  private func check(_ notebook: Notebook, _ path: String) throws(NotebookError) {
    let written = notebook.asIPyNB
    let again = try parseNotebook(Array(written.ipynbText.utf8), path: "again.ipynb")
    #expect(again.cells.map(\.source) == written.cells.map(\.source))
    #expect(again.asIPyNB.ipynbText == written.ipynbText)
    let parameters = Parameters(notebook)
    for cell in notebook.cells where cell.kind == .code {
      do throws(Diagnostic) {
        _ = try parameters.substitute(in: cell.source)
      } catch {
        #expect(!error.message.isEmpty)
      }
    }
  }

  private func mutated(_ whole: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = whole
    for _ in 0...generator.next(below: 4) where !bytes.isEmpty {
      let place = generator.next(below: bytes.count)
      let end = min(bytes.count, place + 1 + generator.next(below: 12))
      switch generator.next(below: 6) {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
      case 1: bytes.removeSubrange(place..<end)
      case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 3, 4:
        let piece = Self.pieces[generator.next(below: Self.pieces.count)]
        bytes.replaceSubrange(place..<(generator.next(below: 2) == 0 ? place : end), with: Array(piece.utf8))
      default:
        let other = generator.next(below: bytes.count)
        bytes.swapAt(place, other)
      }
    }
    return bytes
  }
}
