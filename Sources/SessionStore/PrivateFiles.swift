import Glibc

/// Takes from others the right to read a session, whose programs and history are nobody else's business.
///
/// Sessions of earlier versions were made for everyone to read. Only what belongs to the user is changed, only what the
/// session makes, and nothing that has a second name elsewhere or is a link.
enum PrivateFiles {
  /// Folders of a session beside that of its objects.
  private static let folders = ["objects", "checkpoints", "pictures"]

  /// Names in a session's folder that are its own.
  private static func isOwn(_ name: String) -> Bool {
    name == "lock" || name.hasPrefix("store.db") || folders.contains(name)
  }

  /// The files of a session's folder, and the folder itself where nothing else lies in it.
  static func tighten(session folder: String) {
    let names = Folder.names(in: folder)
    for name in names where isOwn(name) { tighten("\(folder)/\(name)") }
    if names.allSatisfy(isOwn) { tighten(folder) }
  }

  /// The files in the folders that are the session's alone.
  static func tighten(filesOf folder: String) {
    for own in folders {
      for name in Folder.names(in: "\(folder)/\(own)") { tighten("\(folder)/\(own)/\(name)") }
    }
  }

  /// What can't be changed stays as it is: its owner may have other plans, and nothing depends on it.
  private static func tighten(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_uid == geteuid(), status.st_mode & 0o077 != 0 else { return }
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    guard isFolder || status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1 else { return }
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    guard FileID(descriptor: file) == FileID(named: path) else { return }
    _ = fchmod(file, isFolder ? 0o700 : 0o600)
  }
}
