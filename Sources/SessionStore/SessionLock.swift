import Glibc

/// The session's one right to write: an exclusive `flock` of its folder and of the file `lock` in it, which lasts as
/// long as the value, and no longer than the process.
///
/// The folder's keeps out a second writer where the file was removed; the file says who writes: the id of the process
/// and the moment of its start, or nothing. Any other file of that name, and a link, is somebody else's and is never
/// written to.
struct SessionLock: ~Copyable {
  private let folder: Int32
  private let file: Int32

  /// Takes the lock; nil where another opener has it.
  ///
  /// Throws where the file can't be written, or is no lock.
  static func take(_ path: String) throws(FileError) -> SessionLock? {
    let folder = open(Folder.containing(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw FileError(call: "open") }
    do throws(FileError) {
      guard try locksFolder(folder), let file = try lockedFile(path) else {
        close(folder)
        return nil
      }
      return SessionLock(folder: folder, file: file)
    } catch {
      close(folder)
      throw error
    }
  }

  /// Process that holds the lock, as it wrote itself down; nil where that can't be read, or is a process that ended.
  static func holder(_ path: String) -> Int32? {
    let file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard let mark = content(file).flatMap(LockHolder.init), mark.runs else { return nil }
    return mark.id
  }

  /// Whether the file of a path is the one that is locked; a file that was removed is made and locked again, which no
  /// other process can have done as long as the folder is locked.
  func holds(_ path: String) -> Bool {
    guard let named = FileID(named: path) else {
      // A file that can't be made again is like one that was replaced.
      guard let again = try? Self.lockedFile(path) else { return false }
      defer { close(again) }
      return dup2(again, file) >= 0 && fcntl(file, F_SETFD, FD_CLOEXEC) == 0
    }
    return named == FileID(descriptor: file)
  }

  private static let isLink = FileError(reason: "is a link, which is not followed: take it away")

  /// The file, open, locked and with this process written down; nil where another one has it.
  private static func lockedFile(_ path: String) throws(FileError) -> Int32? {
    let file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw errno == ELOOP ? isLink : FileError(call: "open") }
    do throws(FileError) {
      try requireLock(file)
      guard try locks(file) else {
        close(file)
        return nil
      }
    } catch {
      close(file)
      throw error
    }
    writeHolder(file)
    return file
  }

  /// False where another opener has it.
  private static func locks(_ descriptor: Int32) throws(FileError) -> Bool {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      if errno == EWOULDBLOCK { return false }
      throw FileError(call: "flock")
    }
    return true
  }

  /// The same of a folder; some file systems lock files alone, and then the file has to do.
  private static func locksFolder(_ descriptor: Int32) throws(FileError) -> Bool {
    do throws(FileError) {
      return try locks(descriptor)
    } catch {
      guard [EBADF, EINVAL, ENOLCK, ENOSYS, EOPNOTSUPP].contains(error.code) else { throw error }
      return true
    }
  }

  /// Throws unless the file is a regular one that is empty or holds a process.
  private static func requireLock(_ file: Int32) throws(FileError) {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FileError(call: "stat") }
    guard status.st_mode & S_IFMT == S_IFREG, let bytes = content(file),
      bytes.isEmpty || LockHolder(bytes) != nil
    else {
      throw FileError(reason: "is not that of a session but another file: move it away")
    }
  }

  /// What the file holds, up to a few bytes more than a lock can have; nil where it can't be read.
  private static func content(_ file: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 48)
    let count = pread(file, &bytes, bytes.count, 0)
    return count < 0 ? nil : Array(bytes.prefix(count))
  }

  /// The lock holds without this too: on a full disk, and where the file has a second name elsewhere that must not
  /// change, the others just can't say who has it.
  private static func writeHolder(_ file: Int32) {
    var status = stat()
    guard fstat(file, &status) == 0, status.st_nlink == 1, ftruncate(file, 0) == 0 else { return }
    let text = Array(LockHolder.own.line.utf8)
    _ = pwrite(file, text, text.count, 0)
  }

  private init(folder: Int32, file: Int32) {
    self.folder = folder
    self.file = file
  }

  deinit {
    close(file)
    close(folder)
  }
}
