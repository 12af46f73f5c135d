import Foundation
import Interpreter
import Language
import Notebooks
import Text
import Training

/// A notebook in a folder of its own that is run and replayed.
final class NotebookScene {
  let path: String
  private(set) var lines: [String] = []
  private(set) var problems: [Diagnostic] = []
  private(set) var notes: [String] = []
  private let folder: URL
  /// Cells that are still read; nil for all.
  private var cellsLeft: Int?

  /// Writes a notebook of code cells that are text, or of a whole file's text.
  init(_ name: String = "a.ipynb", file: String) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "qatlab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.appending(path: name).path
    try write(file)
  }

  /// An `.ipynb` made of a `.qat` text.
  convenience init(cells: String) throws {
    let notebook = try parseNotebook(Array(cells.utf8), path: "a.qat")
    try self.init(file: notebook.asIPyNB.ipynbText)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
  var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
  func besides(_ name: String) -> String { folder.appending(path: name).path }

  /// Replaces a text in the file; returns how often it was there.
  @discardableResult
  func replace(_ old: String, _ new: String) throws -> Int {
    let before = text
    try write(before.replacing(old, with: new))
    return before.ranges(of: old).count
  }

  /// `readCells` closes the pipe behind so many cells.
  func run(parameters: [(name: String, value: String)] = [], readCells: Int? = nil) -> Int32 {
    clear()
    cellsLeft = readCells
    defer { cellsLeft = nil }
    return runNotebook(
      NotebookOptions(path: path, parameters: parameters, json: true, inPlace: true, version: "1"),
      presenter: presenter, cancellation: Cancellation(), openSession: session)
  }

  func replay(
    parameters: [(name: String, value: String)] = [], tolerances: [String] = [], update: Bool = false,
    seeds: Int = 0, threads: ReplayOptions.Threads = .saved, junit: String? = nil, version: String = "1",
    interrupted: Bool = false
  ) -> Int32 {
    clear()
    let cancellation = Cancellation()
    if interrupted { cancellation.cancel() }
    return replayNotebook(
      ReplayOptions(
        path: path, parameters: parameters, tolerances: tolerances, json: true, update: update, seeds: seeds,
        threads: threads, junit: junit, version: version),
      presenter: presenter, cancellation: cancellation, openSession: session)
  }

  /// The verdicts of the last replay.
  var verdicts: [String] { cells.compactMap { $0["verdict"]?.string } }
  /// Names of values that differ, of each cell.
  var differing: [[String]] {
    cells.map { ($0["differences"]?.array ?? []).compactMap { $0.object?["name"]?.string } }
  }
  /// The same with both values, for a test that says what went wrong.
  var differences: String {
    cells.compactMap { $0["differences"]?.array }.filter { !$0.isEmpty }.map { JSONValue.array($0).line }
      .joined(separator: "; ")
  }
  /// The objects of cells, without the summary.
  var cells: [JSONObject] { objects.filter { $0["cell"] != nil } }
  var summary: JSONObject? { objects.last { $0["summary"] != nil } }

  private var objects: [JSONObject] { lines.compactMap { (try? JSONParser.parse($0))?.object } }

  private func clear() {
    lines = []
    problems = []
    notes = []
  }

  private func session() -> Result<Interpreter, Diagnostic> {
    do { return .success(try Interpreter(sessionFolder: nil)) } catch {
      return .failure(Diagnostic(id: "session-not-opened", message: "\(error)"))
    }
  }

  private var presenter: NotebookPresenter {
    NotebookPresenter(
      markdown: { _ in }, program: { _ in },
      output: { output, _ in
        if case .note(let text) = output { self.notes.append(text) }
      },
      finished: { _ in self.cellsLeft = self.cellsLeft.map { $0 - 1 } }, jsonLine: { self.lines.append($0) },
      problem: { self.problems.append($0) },
      plainText: { output, _ in
        switch output {
        case .drawing(let text), .note(let text), .text(let text), .print(let text): text
        case .measured(let words, _): words.text
        case .diagnostic(let diagnostic): diagnostic.message
        case .table, .metric, .curve, .histogram, .bars, .page, .images, .progress, .finding: "shown"
        }
      }, isRead: { self.cellsLeft != 0 }, systemMessage: { "code \($0)" })
  }
}
