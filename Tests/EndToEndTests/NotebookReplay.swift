import Foundation
import Interpreter
import Language
import Notebooks
import Training

/// A run of a notebook in a session of its own, and everything it said.
final class NotebookReplay {
  private(set) var exitCode: Int32 = 0
  private(set) var records: [CellRecord] = []
  private(set) var problems: [Diagnostic] = []

  /// Runs the notebook at a path in memory; parameters that it doesn't have are left out.
  init(of path: String, parameters: [String: String]) throws {
    let known = Parameters(try readNotebook(path)).values
    let given = parameters.filter { known[$0.key] != nil }.map { (name: $0.key, value: $0.value) }
    let options = NotebookOptions(path: path, parameters: given, json: false, inPlace: false)
    exitCode = runNotebook(options, presenter: presenter, cancellation: Cancellation()) {
      do { return .success(try Interpreter(sessionFolder: nil)) } catch {
        return .failure(Diagnostic(id: "session-not-opened", message: "\(error)"))
      }
    }
  }

  /// What must be the same in every run: each cell's numbers, without durations and speeds.
  var reproducible: [[Metric]] { records.map { $0.metrics.filter(\.reproducible) } }

  private var presenter: NotebookPresenter {
    NotebookPresenter(
      markdown: { _ in }, program: { _ in }, output: { _, _ in },
      finished: { [unowned self] in records.append($0) }, jsonLine: { _ in },
      problem: { [unowned self] in problems.append($0) }, plainText: { _, _ in "" }, isRead: { true },
      systemMessage: { "code \($0)" })
  }
}

/// The folder that holds Package.swift.
let repository = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Paths of the notebooks that the repository has, by name.
let notebookPaths: [String] = {
  let folder = repository.appending(path: "notebooks").path
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  return names.filter { $0.hasSuffix(".ipynb") || $0.hasSuffix(".qat") }.sorted().map { folder + "/" + $0 }
}()
