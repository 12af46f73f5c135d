import Foundation
import Interpreter
import Language
import Notebooks
import Training

/// A copy of a notebook that is replayed in sessions of its own, and what each replay said.
final class NotebookReplay {
  private(set) var problems: [Diagnostic] = []
  /// Of the last replay.
  private(set) var records: [CellRecord] = []
  /// Objects of the last replay, one a line: cells, and the summary last.
  private(set) var lines: [[String: Any]] = []
  private let path: String
  private let folder: URL
  private let parameters: [(name: String, value: String)]

  /// Copies the notebook at a path as an `.ipynb`; parameters that it doesn't have are left out.
  init(of path: String, parameters: [String: String]) throws {
    let notebook = try readNotebook(path)
    let known = Parameters(notebook).values
    folder = FileManager.default.temporaryDirectory.appending(path: "qatlab-\(UUID().uuidString)")
    // Files of a lesson are not to meet those of another run of it.
    self.parameters = parameters.merging(["folder": "\"\(folder.path)\""]) { $1 }
      .filter { known[$0.key] != nil }.map { (name: $0.key, value: $0.value) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    self.path = folder.appending(path: "copy.ipynb").path
    let text = notebook.format == .ipynb ? notebook.ipynbText : notebook.asIPyNB.ipynbText
    try Data(text.utf8).write(to: URL(fileURLWithPath: self.path))
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Replays the copy and writes what differs into it; returns the exit code.
  func update() -> Int32 {
    records = []
    lines = []
    let options = ReplayOptions(path: path, parameters: parameters, json: true, update: true)
    return replayNotebook(options, presenter: presenter, cancellation: Cancellation()) {
      do { return .success(try Interpreter(sessionFolder: nil)) } catch {
        return .failure(Diagnostic(id: "session-not-opened", message: "\(error)"))
      }
    }
  }

  var bytes: Data { get throws { try Data(contentsOf: URL(fileURLWithPath: path)) } }
  var verdicts: [String] { lines.compactMap { $0["verdict"] as? String } }

  private var presenter: NotebookPresenter {
    NotebookPresenter(
      markdown: { _ in }, program: { _ in }, output: { _, _ in },
      finished: { [unowned self] in records.append($0) },
      jsonLine: { [unowned self] line in
        let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        lines.append(object ?? [:])
      },
      problem: { [unowned self] in problems.append($0) }, plainText: { _, _ in "shown" }, isRead: { true },
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
