import Language
import SessionStore
import Text
import Training

/// The session, and the tar archive that it goes to.
struct ExportedSession {
  /// What stands in the place of a model's name.
  static let word = "session"

  private let file: WholeFile
  private let place: SourceRange
  private let replaces: Bool

  /// Whether a path is that of an archive: else the word is a model's name.
  static func isArchive(_ path: String) -> Bool { path.lowercased().hasSuffix(".tar") }

  init(_ arguments: Arguments, _ workspace: Workspace) throws {
    for keyword in [Keyword.exportTarget, .opset, .pixels] {
      if let range = arguments.range(of: keyword) {
        throw ExportRefusal.notOfSession(range, option: keyword.name)
      }
    }
    file = WholeFile(FilePath(arguments.text(at: 1) ?? "").expanded)
    place = arguments.operands.last?.range ?? arguments.verb.range
    replaces = arguments.has(.force)
    try ExportRefusal.check(file, replaces: replaces, at: place)
    try workspace.library.inputFiles.requireOther(file.path, at: place)
  }

  /// The folder in the archive: the archive's name without its end, and without what a folder's should not have.
  private var folder: String {
    let stem = FilePath(file.path).name.dropLast(".tar".count)
    let name = String(stem.prefix(60).map { $0 == "\0" || $0 == "\\" ? "_" : $0 })
    return name.isEmpty || name.hasPrefix(".") ? "session" + name : name
  }

  func run(_ workspace: Workspace, _ console: Console) throws -> PlanEnding {
    // Another statement of the cell may have written it.
    try ExportRefusal.check(file, replaces: replaces, at: place)
    if !workspace.isUnchanged {
      console.note("what this cell changes itself is not in the archive: it is kept when the cell ends")
    }
    let watch = Stopwatch()
    let packed: SessionStore.Packed?
    do {
      packed = try workspace.store.pack(to: file.path, as: folder) { done, total in
        console.progress {
          Progress(
            activity: "pack the session", done: done, total: total,
            secondsLeft: done == 0 ? 0 : watch.seconds / Double(done) * Double(total - done))
        }
        return !console.cancellation.isCancelled
      }
    } catch let error as StoreError {
      throw SessionError.store(error, place)
    }
    guard let packed else {
      console.note("stopped; nothing was written")
      return .interrupted
    }
    // How large it is depends on all that the session ever did.
    let size = "\(counted(packed.objects, "file")) of weights, \(byteCount(Double(packed.byteCount)))"
    console.text(measured: "\(file.path): the session as a tar archive, \(measured: size)")
    console.note("to open it: tar -xf \(file.path), then qatlab --session \(folder)")
    return .done
  }
}
