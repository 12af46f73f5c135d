import Foundation
import Interpreter
import Language
import Notebooks
import Testing
import Text
import Training

/// Runs that end before a program would, or hold none.
@Suite struct NotebookRunTests {
  /// What a run said.
  private final class Listener {
    var lines: [String] = []
    var problems: [Diagnostic] = []
    var opened = 0

    var presenter: NotebookPresenter {
      NotebookPresenter(
        markdown: { _ in }, program: { _ in }, output: { _, _ in }, finished: { _ in },
        jsonLine: { self.lines.append($0) }, problem: { self.problems.append($0) },
        plainText: { output, _ in
          if case .note(let text) = output { text } else { "" }
        },
        isRead: { true }, systemMessage: { "code \($0)" })
    }

    func run(
      _ path: String, parameters: [(name: String, value: String)] = [], json: Bool = false,
      inPlace: Bool = false
    ) -> Int32 {
      let options = NotebookOptions(path: path, parameters: parameters, json: json, inPlace: inPlace)
      return runNotebook(options, presenter: presenter, cancellation: Cancellation()) {
        opened += 1
        do { return .success(try Interpreter(sessionFolder: nil)) } catch {
          return .failure(Diagnostic(id: "session-not-opened", message: "\(error)"))
        }
      }
    }
  }

  private func withFile(_ name: String, _ text: String, _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "qatlab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: name)
    try Data(text.utf8).write(to: file)
    try body(file.path)
  }

  @Test func aMissingFileIsWrongUse() {
    let listener = Listener()
    #expect(listener.run("/nonexistent/a.ipynb", json: true) == 2)
    #expect(listener.problems.map(\.id) == ["unreadable-file"])
    #expect(listener.lines.count == 1)
    #expect(listener.lines.first?.hasPrefix(#"{"cell":0,"source":"","status":"error""#) == true)
    #expect(listener.opened == 0)
  }

  @Test func aFolderIsNoNotebook() {
    let listener = Listener()
    #expect(listener.run("/tmp") == 2)
    #expect(listener.problems.map(\.id) == ["is-a-folder"])
  }

  @Test func aBrokenFileOpensNoSession() throws {
    try withFile("a.ipynb", "{\"nbformat\": 4,") { path in
      let listener = Listener()
      #expect(listener.run(path) == 1)
      #expect(listener.problems.map(\.id) == ["not-json"])
      #expect(listener.lines.isEmpty)
      #expect(listener.opened == 0)
    }
  }

  @Test func anUnknownParameterIsWrongUse() throws {
    try withFile("a.qat", "# %% tags=[\"parameters\"]\nepochs = 3\n") { path in
      let listener = Listener()
      #expect(listener.run(path, parameters: [("epoch", "4")]) == 2)
      #expect(listener.problems.first?.suggestion == "epochs")
      #expect(listener.opened == 0)
    }
  }

  @Test func aTextFileHoldsNoOutputs() throws {
    try withFile("a.qat", "# %% [markdown]\n# x\n") { path in
      let listener = Listener()
      #expect(listener.run(path, inPlace: true) == 2)
      #expect(listener.problems.map(\.id) == ["in-place-text"])
    }
  }

  @Test func aBadLineAmongParametersFailsItsCell() throws {
    try withFile("a.qat", "# %% tags=[\"parameters\"]\nepochs = 3\nname teacher\n") { path in
      let listener = Listener()
      #expect(listener.run(path, json: true) == 1)
      let line = try #require(listener.lines.first)
      #expect(line.contains(#""id":"bad-parameter""#))
      #expect(line.contains(#""line":2,"column":1,"length":12"#))
    }
  }

  @Test func anUndefinedParameterFailsItsCellUnlessThatIsExpected() throws {
    let text =
      "# %% tags=[\"raises-exception\"]\ntrain $a\n# %% tags=[\"skip-execution\"]\n$b\n# %%\ntrain $c\n"
    try withFile("a.qat", text) { path in
      let listener = Listener()
      #expect(listener.run(path, json: true) == 1)
      #expect(listener.lines.map { $0.prefix(9) } == [#"{"cell":1"#, #"{"cell":3"#])
    }
  }

  @Test func outputsAreWrittenInPlaceAndTheSecondRunChangesNothing() throws {
    let text = """
      {"cells":[{"cell_type":"markdown","metadata":{},"source":"# T"},
      {"cell_type":"code","execution_count":9,"metadata":{"tags":["parameters"],"own":1},
      "outputs":[{"output_type":"stream","name":"stdout","text":"old"}],"source":"epochs = 3"}],
      "metadata":{"own":{"b":1}},"nbformat":4,"nbformat_minor":4}
      """
    try withFile("a.ipynb", text) { path in
      #expect(Listener().run(path, parameters: [("epochs", "5")], inPlace: true) == 0)
      let first = try String(contentsOfFile: path, encoding: .utf8)
      let notebook = try parseNotebook(Array(first.utf8), path: path)
      let ids = notebook.cells.compactMap { $0.members["id"]?.string }
      #expect(Set(ids).count == 2)
      #expect(first == Self.expected(ids))
      #expect(Listener().run(path, parameters: [("epochs", "5")], inPlace: true) == 0)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == first)
    }
  }

  private static func expected(_ ids: [String]) -> String {
    let environment = SessionEnvironment(seed: 0)
    let processor = environment.processor
    return """
      {
       "cells": [
        {
         "cell_type": "markdown",
         "id": "\(ids.first ?? "")",
         "metadata": {},
         "source": [
          "# T"
         ]
        },
        {
         "cell_type": "code",
         "execution_count": 1,
         "id": "\(ids.last ?? "")",
         "metadata": {
          "own": 1,
          "qatlab": {
           "format": 4,
           "key": "\(DependencyGraph(programs: ["epochs = 5"]).nodes[0].program)",
           "status": "ok"
          },
          "tags": [
           "parameters"
          ]
         },
         "outputs": [
          {
           "data": {
            "application/vnd.qatlab.v1+json": {
             "text": "epochs = 5",
             "type": "note"
            },
            "text/plain": [
             "epochs = 5"
            ]
           },
           "metadata": {},
           "output_type": "display_data"
          }
         ],
         "source": [
          "epochs = 3"
         ]
        }
       ],
       "metadata": {
        "own": {
         "b": 1
        },
        "qatlab": {
         "environment": {
          "byte_products": "\(environment.addsByteProductsExactly ? "exact" : "saturating")",
          "caches": [
      \(environment.caches.map { "     \($0)" }.joined(separator: ",\n"))
          ],
          "data": {},
          "instruction_set": "\(environment.instructionSet)",
          "onednn": "\(environment.library)",
          "processor": [
      \(processor.map { "     \"\($0)\"" }.joined(separator: ",\n"))
          ],
          "seed": 0,
          "threads": \(environment.threads),
          "version": ""
         },
         "format": 4,
         "parameters": {
          "epochs": "5"
         }
        }
       },
       "nbformat": 4,
       "nbformat_minor": 5
      }

      """
  }
}
