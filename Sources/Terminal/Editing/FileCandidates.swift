import Glibc
package import Interpreter

/// Files that can be read, and folders, that a path which was started can become.
package struct FileCandidates: Sendable {
  /// Endings of the files that fit, such as ".qat"; none admits all.
  package var endings: [String]
  /// What is put behind the name of a file: the closing quote inside a string.
  package var closing: String

  package init(endings: [String] = [], closing: String = "") {
    self.endings = endings
    self.closing = closing
  }

  /// At most so many entries of a folder are looked at.
  private static let most = 10_000

  /// In alphabetical order, with the path as it was started; folders end in "/", hidden ones need their dot.
  package func list(_ typed: String) -> [Completion] {
    let folder = typed.lastIndex(of: "/").map { String(typed[...$0]) } ?? ""
    let name = typed.dropFirst(folder.count)
    let path = homeExpanded(folder.isEmpty ? "." : folder)
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var found: [Completion] = []
    var seen = 0
    while seen < Self.most, let entry = readdir(stream) {
      seen += 1
      let text = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let text, text != ".", text != "..", text.hasPrefix(name), printable(text) == text,
        name.hasPrefix(".") || !text.hasPrefix("."), !text.contains("\"")
      else { continue }
      if isFolder(path + "/" + text) {
        found.append(Completion(text: folder + text + "/", detail: "folder"))
      } else if endings.isEmpty || endings.contains(where: { text.hasSuffix($0) }),
        access(path + "/" + text, R_OK) == 0
      {
        found.append(Completion(text: folder + text + closing, detail: "file"))
      }
    }
    return found.sorted { $0.text < $1.text }
  }

  private func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

/// The path with `~/` as the home folder.
func homeExpanded(_ path: String) -> String {
  guard path.hasPrefix("~/"), let home = environmentVariable("HOME") else { return path }
  return home + path.dropFirst()
}
