package import TensorFiles

/// Why the session on disk can't do what was asked; its words are its `description`.
package enum StoreError: Error, Hashable, Sendable {
  /// The session folder can't be made, entered or read.
  case folder(path: String, reason: String)
  /// `store.db` is not a whole SQLite database.
  case damagedStore(path: String, reason: String)
  /// `store.db` is a database that another program made.
  case foreignStore(path: String)
  /// `store.db` was written by a newer version of the program.
  case newerStore(path: String)
  /// `store.db` was written by an earlier version, and this process may not write to it.
  case olderStore(path: String)
  /// SQLite refused for another reason: a full disk, a lock that does not end.
  case database(path: String, reason: String)
  /// The session is open for reading only; `lockHolder` is the process that writes to it, nil where the
  /// folder may not be written or the process is unknown.
  case readOnly(lockHolder: Int32?)
  /// The files of the session are not those that were opened, or do not belong together.
  case changedFolder(path: String, reason: String, remedy: String)
  /// The session is open for reading only, because there is no room for what is written.
  case fullDisk(path: String, reason: String)
  case unknownModel(String)
  case unknownRun(String)
  /// The row that describes a model can't be understood.
  case damagedModel(model: String, reason: String)
  /// The file with a model's weights is missing or is not what was written.
  case damagedObject(model: String, path: String, reason: String)
  case damagedHistory(path: String, reason: String)
  /// A file can't be written; nothing was changed.
  case unwritable(path: String, reason: String)
  /// A file that the user names is not there, or may not be read.
  case unreadable(path: String, reason: String)
  /// A file that the user names holds no tensors that can be read.
  case weights(path: String, reason: SafetensorsError)
  /// A tensor's elements don't fill its shape.
  case inconsistentTensor(String)
}

/// Something that was found wrong when the session was looked over; it disables what it names, nothing else.
package enum StoreProblem: Hashable, Sendable {
  case missingObject(model: String, path: String)
  case resizedObject(model: String, path: String, expected: Int, found: Int)
  case damagedModel(model: String, reason: String)
  case damagedHistory(path: String, reason: String)
  /// A run that lists leave out; `number` is that by which it would be named.
  case damagedRun(number: Int, reason: String)
  /// The session is a copy that lacks the last cells of the one that it was made from.
  case missingCommits(path: String, count: Int)

  /// The model that can't be used; nil where it is none's.
  package var model: String? {
    switch self {
    case .missingObject(let model, _), .resizedObject(let model, _, _, _), .damagedModel(let model, _): model
    case .damagedHistory, .damagedRun, .missingCommits: nil
    }
  }
}
