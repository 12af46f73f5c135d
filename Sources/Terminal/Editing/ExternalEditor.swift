import Glibc

/// The user's own editor, which gets the terminal while it runs.
struct ExternalEditor {
  struct Problem: Error {
    var message: String
    var notes: [String] = []
  }

  /// The command line, as the shell reads it.
  let command: String

  /// `$VISUAL`, `$EDITOR`, or vi.
  init(environment: (String) -> String?) {
    command = ["VISUAL", "EDITOR"].lazy.compactMap(environment).first { !$0.isEmpty } ?? "vi"
  }

  /// The text as it was saved; the file is gone afterwards.
  func edit(_ text: String) -> Result<String, Problem> {
    let folder = environmentVariable("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var path = Array("\(folder)/qatlab-XXXXXX.qat".utf8CString)
    let descriptor = mkstemps(&path, 4)
    guard descriptor >= 0 else {
      return .failure(Problem(message: "can't make a file in \(folder): \(systemMessage(errno))"))
    }
    let name = String(decoding: path.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(name) }
    let failure = writeAll(text + "\n", to: descriptor)
    close(descriptor)
    guard failure == 0 else {
      return .failure(Problem(message: "can't write \(name): \(systemMessage(failure))"))
    }
    if let problem = run(on: name) { return .failure(problem) }
    return contents(of: name)
  }

  private func run(on file: String) -> Problem? {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A closed pipe is an error of `write` here, but not for other programs.
    var usual = sigset_t()
    sigemptyset(&usual)
    sigaddset(&usual, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &usual)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    let words: [String] = ["sh", "-c", "\(command) \"$1\"", "sh", file]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    let failure = posix_spawn(&process, "/bin/sh", nil, &attributes, &arguments, environ)
    guard failure == 0 else { return Problem(message: "can't start the editor: \(systemMessage(failure))") }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    guard status != 0 else { return nil }
    return Problem(
      message: "the editor \"\(printable(command))\" failed, and the cell stays as it was",
      notes: ["VISUAL or EDITOR in the environment name another one"])
  }

  private func contents(of file: String) -> Result<String, Problem> {
    switch readText(file) {
    case .success(let text): .success(text)
    case .failure(.system(let code)):
      .failure(Problem(message: "can't read the edited cell: \(systemMessage(code))"))
    case .failure(.notText): .failure(Problem(message: "the edited cell isn't UTF-8 text"))
    }
  }
}

/// Why a file has no text.
enum FileTextError: Error, Equatable {
  /// An errno value.
  case system(Int32)
  case notText
}

/// The whole text of a file.
func readText(_ path: String) -> Result<String, FileTextError> {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return .failure(.system(errno)) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65536)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0, errno == EINTR { continue }
    if count < 0 { return .failure(.system(errno)) }
    if count == 0 { break }
    bytes += chunk.prefix(count)
  }
  return String(validating: bytes, as: UTF8.self).map(Result.success) ?? .failure(.notText)
}
