package import Language
import Text

extension ConnectionError {
  /// The error in words; its place is the file, so it has no range.
  package func diagnostic(systemMessage: (Int32) -> String) -> Diagnostic {
    switch self {
    case .unreadable(let path, let code):
      Diagnostic(
        id: "connection-file-unreadable",
        message: "can't read the connection file \(quoted(path)): \(systemMessage(code))",
        notes: ["Jupyter writes it and names it when it starts a kernel: try qatlab kernel install"])
    case .notAFile(let path):
      Diagnostic(
        id: "connection-file-kind", message: "\(quoted(path)) is no regular file, so no connection file")
    case .foreign(let path):
      Diagnostic(
        id: "connection-file-owner",
        message: "the connection file \(quoted(path)) is another user's, who could then run cells as you",
        notes: ["start the kernel with a file of your own"])
    case .writableByOthers(let path):
      Diagnostic(
        id: "connection-file-open",
        message: "others may write to the connection file \(quoted(path)), so its key proves nothing",
        notes: ["try: chmod 600 \(path)"], suggestion: "chmod 600 \(path)")
    case .tooLong(let path):
      Diagnostic(
        id: "connection-file-form",
        message: "\(quoted(path)) is longer than \(ConnectionFile.longest) bytes, so it is no connection file"
      )
    case .notUTF8(let path):
      Diagnostic(id: "connection-file-form", message: "\(quoted(path)) isn't UTF-8 text")
    case .notJSON(let path, let error):
      Diagnostic(
        id: "connection-file-form",
        message:
          "\(quoted(path)) isn't JSON: line \(error.line), column \(error.column): \(error.reason.words)"
      )
    case .notAnObject(let path):
      Diagnostic(id: "connection-file-form", message: "\(quoted(path)) isn't a JSON object")
    case .transport, .scheme, .member, .samePort: memberDiagnostic
    case .notBound(let endpoint, let reason):
      Diagnostic(
        id: "address-not-bound", message: "no socket can be had at \(endpoint): \(reason)",
        notes: ["another program may have it: start the kernel again, so that Jupyter chooses other ports"])
    case .system(let what, let reason):
      Diagnostic(id: "kernel-not-started", message: "the system gives no \(what): \(reason)")
    }
  }

  private var memberDiagnostic: Diagnostic {
    switch self {
    case .transport(let path, let name):
      Diagnostic(
        id: "connection-transport",
        message: "\(quoted(path)) asks for the transport \(quoted(name)); there are tcp and ipc")
    case .scheme(let path, let scheme):
      Diagnostic(
        id: "connection-signature",
        message:
          "\(quoted(path)) asks for signatures by \(quoted(scheme)); messages are signed by hmac-sha256")
    case .member(let path, let name, let form):
      Diagnostic(
        id: "connection-member", message: "\(quoted(name)) of \(quoted(path)) has to be \(form.rawValue)")
    case .samePort(let path, let name, let other, let number):
      Diagnostic(
        id: "connection-member",
        message: "\(quoted(name)) and \(quoted(other)) of \(quoted(path)) are both \(number)",
        notes: ["each socket needs a port of its own"])
    case .unreadable, .notAFile, .foreign, .writableByOthers, .tooLong, .notUTF8, .notJSON, .notAnObject,
      .notBound, .system:
      Diagnostic(id: "connection-member", message: "\(self)")
    }
  }
}
