import Glibc

/// Occupies the standard descriptors that the caller left closed.
///
/// Otherwise the session's lock or database would be opened under their numbers, and be read as input or
/// written as output. Reading or writing such a descriptor fails, as on one that is closed.
package func occupyStandardStreams() {
  occupyIfClosed(STDIN_FILENO, by: O_WRONLY)
  occupyIfClosed(STDOUT_FILENO, by: O_RDONLY)
  occupyIfClosed(STDERR_FILENO, by: O_RDONLY)
}

/// Opens the null device under a descriptor that is closed; `mode` is the way in which it may be used.
package func occupyIfClosed(_ descriptor: Int32, by mode: Int32) {
  guard fcntl(descriptor, F_GETFD) == -1, errno == EBADF else { return }
  let null = open("/dev/null", mode)
  guard null >= 0, null != descriptor else { return }
  _ = dup2(null, descriptor)
  close(null)
}
