import Glibc

/// The files of a session that is open for writing, as they were when it was opened.
///
/// Where others stand in their place, what is written would be lost, or two would write.
struct OpenedFiles {
  private let folder: String
  private let files: [(name: String, id: FileID)]

  /// In a session's folder whose database is open.
  init(folder: String) {
    self.folder = folder
    files = ["", "/store.db", "/store.db-wal", "/objects"].compactMap { name in
      FileID(folder + name).map { (name, $0) }
    }
  }

  /// Throws `.changedFolder` where one of them is gone or another.
  func check(_ lock: borrowing SessionLock) throws(StoreError) {
    for (name, id) in files {
      let found = FileID(folder + name)
      guard found != id else { continue }
      throw name.isEmpty
        ? moved(isGone: found == nil) : replaced(String(name.dropFirst()), isGone: found == nil)
    }
    guard lock.holds(folder + "/lock") else {
      throw .changedFolder(
        path: folder, reason: "its lock was replaced, so that another process may write to it",
        remedy: "close that one, leave this one, and open it again")
    }
  }

  private func moved(isGone: Bool) -> StoreError {
    .changedFolder(
      path: folder,
      reason: isGone ? "it was moved or removed" : "another folder stands in its place",
      remedy: isGone
        ? "move it back, and run the cell again"
        : "move that one away and the session's back, and run the cell again")
  }

  private func replaced(_ name: String, isGone: Bool) -> StoreError {
    if name.hasSuffix("-wal") {
      return .changedFolder(
        path: folder, reason: "its log \(name) was moved, removed or replaced",
        remedy: "leave the program, which puts what was kept before into store.db, and open it again")
    }
    return .changedFolder(
      path: folder,
      reason: isGone ? "\(name) was moved or removed" : "another \(name) stands in the place of its own",
      remedy: "move its own \(name) back, and run the cell again")
  }
}
