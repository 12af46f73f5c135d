import Glibc

/// A notebook is not larger: what has no end is told so before memory has.
private let mostBytes = 1 << 29

/// All bytes of a file.
func readBytes(_ path: String) throws(NotebookError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw .unreadable(path: path, code: errno) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count == 0 { return bytes }
    if count < 0 {
      if errno == EINTR { continue }
      throw errno == EISDIR ? .isFolder(path: path) : .unreadable(path: path, code: errno)
    }
    guard bytes.count <= mostBytes - count else { throw .tooLarge(path: path, most: mostBytes) }
    bytes += chunk.prefix(count)
  }
}

/// Replaces a file's content in one step: whoever reads it sees the old bytes or the new ones.
///
/// The file keeps its permissions; a symbolic link stays one, and the file that it names is replaced.
func replaceFile(_ path: String, with text: String) throws(NotebookError) {
  try replaceFile(path, with: Array(text.utf8))
}

func replaceFile(_ path: String, with bytes: [UInt8]) throws(NotebookError) {
  let target = resolved(path)
  var status = stat()
  let mode = stat(target, &status) == 0 ? status.st_mode & 0o7777 : 0o644
  // In the same folder, for a rename doesn't cross file systems.
  let temporary = "\(target).\(UInt64.random(in: .min ... .max))"
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { throw .unwritable(path: path, code: errno) }
  var failure = writeBytes(bytes, to: descriptor)
  if failure == 0, fchmod(descriptor, mode) != 0 || fsync(descriptor) != 0 { failure = errno }
  if close(descriptor) != 0, failure == 0 { failure = errno }
  if failure == 0, rename(temporary, target) != 0 { failure = errno }
  guard failure == 0 else {
    unlink(temporary)
    throw .unwritable(path: path, code: failure)
  }
}

/// Writes a file that isn't there yet; where writing fails, none is.
///
/// Throws `.fileExists`, also for a link that leads nowhere.
func createFile(_ path: String, with text: String) throws(NotebookError) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else {
    throw errno == EEXIST ? .fileExists(path: path) : .unwritable(path: path, code: errno)
  }
  var failure = writeBytes(Array(text.utf8), to: descriptor)
  if close(descriptor) != 0, failure == 0 { failure = errno }
  guard failure == 0 else {
    unlink(path)
    throw .unwritable(path: path, code: failure)
  }
}

private func resolved(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return path }
  defer { free(real) }
  return String(cString: real)
}

private func writeBytes(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
  bytes.withUnsafeBytes { buffer in
    var rest = buffer[...]
    while !rest.isEmpty {
      let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}
