import ArgumentParser
import Notebooks
import Terminal

/// `qatlab convert A B`.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write an .ipynb notebook as a .qat file, or the other way round.",
    discussion: "Cells, their ids, tags and text stay the same; a .qat file holds no outputs.")

  @Argument(help: "The notebook to read.", completion: .file(extensions: ["ipynb", "qat"]))
  var source: String

  @Argument(help: "The file to write.", completion: .file(extensions: ["ipynb", "qat"]))
  var target: String

  @Flag(help: "Replace the file where it exists.")
  var force = false

  func run() throws {
    do throws(NotebookError) {
      let leftOut = try convertNotebook(source, to: target, force: force)
      let remark = leftOut.map { "left out, which a .qat file doesn't hold: \($0)\n" } ?? ""
      _ = writeAll(remark + "wrote \(target)\n", to: 1)
    } catch {
      writeProblem(error.diagnostic(systemMessage: systemMessage))
      throw ExitCode(error.exitCode)
    }
  }
}
