import Glibc

/// Why a file can't be used, as a clause.
struct FileError: Error, Equatable {
  /// The call and the system's words, "write: No space left on device", or a clause of the program.
  var reason: String
  /// The system's error number; zero where it is not the system that objects.
  var code: Int32

  /// From `errno`, right after the call.
  init(call: String) {
    code = errno
    reason = call + ": " + String(cString: strerror(code))
  }

  /// True where nothing more can be written: the disk is full, or the user's share of it, or the file is as long as it
  /// may be.
  var lacksRoom: Bool { [ENOSPC, EDQUOT, EFBIG].contains(code) }

  init(reason: String) {
    code = 0
    self.reason = reason
  }
}
