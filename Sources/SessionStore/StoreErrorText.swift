extension StoreError: CustomStringConvertible {
  /// One or two sentences: what is wrong, where, and what to do.
  package var description: String {
    switch self {
    case .folder(let path, let reason): "the session folder \(path) can't be used: \(reason)"
    case .damagedStore(let path, let reason):
      "the session's database \(path) is damaged (\(reason)); \(Self.remedy(path))"
    case .foreignStore(let path):
      "\(path) is a database of another program, not of a session; \(Self.remedy(path))"
    case .newerStore(let path):
      "\(path) was written by a newer version of qatlab; use that version, or open with another --session"
    case .olderStore(let path):
      "\(path) was written by an earlier version of qatlab and is not upgraded yet; open it once where it may be written"
    case .database(let path, let reason): "the session's database \(path) failed: \(reason)"
    case .readOnly(let holder?):
      "the session is open for reading only, because process \(holder) writes to it; "
        + "close that one, or open with another --session"
    case .readOnly(nil):
      "the session is open for reading only; close the process that writes to it, "
        + "see that its folder may be written, or open with another --session"
    case .changedFolder(let path, let reason, let remedy):
      "the session in \(path) can't be used as it is: \(reason); \(remedy)"
    case .fullDisk(let path, let reason):
      "the session is open for reading only, because nothing can be written to \(path) (\(reason)); "
        + "make room on its disk or see to its rights, and open it again"
    case .unknownModel(let name): "no model is called \"\(name)\""
    case .unknownRun(let id): "no run has the id \(id)"
    case .damagedModel(let model, let reason):
      "the description of model \"\(model)\" is damaged (\(reason)); make the model again, or forget it"
    case .damagedObject(let model, let path, let reason):
      "the weights of model \"\(model)\" can't be used: \(path) \(reason); "
        + "put the file back, make the model again, or forget it"
    case .damagedHistory(let path, let reason):
      "the history of cells in \(path) is damaged (\(reason)); models and runs are not concerned"
    case .unwritable(let path, let reason): "\(path) can't be written: \(reason)"
    case .unreadable(let path, let reason): "\(path) can't be read: \(reason)"
    case .weights(let path, let reason): "\(path) can't be read: \(reason)"
    case .inconsistentTensor(let name): "tensor \"\(name)\" has another number of elements than its shape"
    }
  }

  private static func remedy(_ path: String) -> String {
    "open with another --session, or move the file away (and \(path)-wal and \(path)-shm with it)"
  }
}

extension StoreProblem: CustomStringConvertible {
  /// A sentence that names the model or file and what does not work.
  package var description: String {
    switch self {
    case .missingObject(let model, let path):
      "model \"\(model)\" can't be used: its weights \(path) are missing"
    case .resizedObject(let model, let path, let expected, let found):
      "model \"\(model)\" can't be used: its weights \(path) have \(found) bytes instead of \(expected)"
    case .damagedModel(let model, let reason):
      "model \"\(model)\" can't be used: its description is damaged (\(reason))"
    case .damagedRun(let number, let reason):
      "run \(number) is left out: its record is damaged (\(reason)); other runs are not concerned"
    case .damagedHistory(let path, let reason):
      "the history of cells in \(path) is damaged (\(reason)); models and runs are not concerned"
    case .missingCommits(let path, let count):
      "\(path) lacks the last \(count == 1 ? "change" : "\(count) changes") of the session that it is a copy of: "
        + "it was copied without its store.db-wal, or while a cell ran"
    }
  }
}
