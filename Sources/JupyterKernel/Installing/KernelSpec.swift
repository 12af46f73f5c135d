import Notebooks
import Text

/// What Jupyter reads to know how the kernel is started: the files of a folder.
package struct KernelSpec: Sendable {
  /// Of the folder, and in the metadata of notebooks.
  package static let name = "qatlab"

  /// The path of the program that is started.
  package var program: String

  package init(program: String) { self.program = program }

  /// The words by which an own file is told from another's.
  static let arguments = ["kernel", "--connection-file", "{connection_file}"]

  var json: JSONObject {
    [
      "argv": .array(([program] + Self.arguments).map(JSONValue.string)),
      "display_name": .string(NotebookLanguage.displayName), "language": .string(NotebookLanguage.name),
      "interrupt_mode": .string("message"), "kernel_protocol_version": .string(protocolVersion),
      "env": .object([:]), "metadata": .object(["debugger": .bool(false)]),
    ]
  }

  /// The program that a `kernel.json` of this kernel starts; nil for a file of another kernel.
  static func program(of text: String) -> String? {
    guard let object = (try? JSONParser.parse(text))?.object,
      object["language"]?.string == NotebookLanguage.name, let words = object["argv"]?.array,
      words.dropFirst().map(\.string) == arguments.map(Optional.some)
    else { return nil }
    return words.first?.string
  }

  /// The files by name.
  func files() throws -> [(name: String, bytes: [UInt8])] {
    [
      ("kernel.json", Array(JSONValue.object(json).notebookText.utf8)),
      ("logo-svg.svg", Array(Logo.svg.utf8)), ("logo-32x32.png", try Logo.png(side: 32)),
      ("logo-64x64.png", try Logo.png(side: 64)),
    ]
  }
}
