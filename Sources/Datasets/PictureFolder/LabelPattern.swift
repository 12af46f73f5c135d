/// Tells a picture's class by its file's name.
struct LabelPattern {
  private let regex: Regex<AnyRegexOutput>
  private let text: String
  /// True where a group of the pattern is the class; else there are two, of names that have it and of those that don't.
  let hasGroup: Bool

  /// What the two classes of a pattern without a group are called.
  static let matchNames = ["matching", "other"]

  init(_ text: String) throws(DatasetError) {
    self.text = text
    do {
      regex = try Regex(text)
    } catch {
      throw .badPattern(pattern: text, reason: "\(error)")
    }
    hasGroup = LabelPattern.hasGroup(text)
  }

  /// The class of a file, in the place of which `root` stands in a diagnostic.
  func label(of file: PictureFile, root: String) throws(DatasetError) -> String {
    let match: Regex<AnyRegexOutput>.Match?
    do {
      match = try regex.firstMatch(in: file.name)
    } catch {
      throw .badPattern(pattern: text, reason: "\(error)")
    }
    guard hasGroup else { return LabelPattern.matchNames[match == nil ? 1 : 0] }
    guard let match, match.output.count > 1, let group = match.output[1].substring, !group.isEmpty else {
      throw .unlabelled(path: root + "/" + file.path, pattern: text)
    }
    return String(group)
  }

  /// True for a parenthesis that captures: neither escaped, nor in a class of characters, nor of another meaning.
  private static func hasGroup(_ pattern: String) -> Bool {
    var rest = pattern[...]
    var isInClass = false
    while let character = rest.popFirst() {
      switch character {
      case "\\": rest = rest.dropFirst()
      case "[": isInClass = true
      case "]": isInClass = false
      case "(" where !isInClass:
        if rest.first != "?" || rest.hasPrefix("?<") && !rest.hasPrefix("?<=") && !rest.hasPrefix("?<!") {
          return true
        }
      default: continue
      }
    }
    return false
  }
}
