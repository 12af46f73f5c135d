import Text

/// Cells that were entered: those of the session's folder from before, and this conversation's by their number.
struct KernelHistory {
  struct Entry {
    /// 1 for all from before, 2 for this conversation.
    var session: Int
    var line: Int
    var input: String
  }

  /// So many cells from before are known.
  static let remembered = 1000
  private static let current = 2

  private(set) var entries: [Entry]

  /// `cells` from before, the oldest first.
  init(before cells: [String]) {
    entries = cells.enumerated().map { Entry(session: Self.current - 1, line: $0 + 1, input: $1) }
  }

  mutating func add(_ input: String, line: Int) {
    entries.append(Entry(session: Self.current, line: line, input: input))
  }

  func reply(to content: JSONObject) -> JSONObject {
    let found: [Entry]
    switch content["hist_access_type"]?.string {
    case "tail"?: found = Array(entries.suffix(count(content)))
    case "range"?: found = range(content)
    case "search"?: found = search(content)
    case let other?:
      return withEmptyHistory(errorContent("BadRequest", "there is no access \"\(other)\" to the history"))
    case nil: return withEmptyHistory(errorContent("BadRequest", "\"hist_access_type\" is missing"))
    }
    let hasOutput = content["output"] == .bool(true)
    let items = found.map { entry -> JSONValue in
      let input = JSONValue.string(entry.input)
      // What cells gave is in the notebook, not in the history.
      return .array([
        .integer(entry.session), .integer(entry.line), hasOutput ? .array([input, .null]) : input,
      ])
    }
    return ["status": .string("ok"), "history": .array(items)]
  }

  private func withEmptyHistory(_ content: JSONObject) -> JSONObject {
    var content = content
    content["history"] = .array([])
    return content
  }

  private func count(_ content: JSONObject) -> Int { max(0, content["n"]?.integer ?? entries.count) }

  /// A session of 0 is this conversation, a negative one counts from it.
  private func range(_ content: JSONObject) -> [Entry] {
    let asked = content["session"]?.integer ?? 0
    let session = asked > 0 ? asked : max(asked, -Self.current) + Self.current
    let start = content["start"]?.integer ?? 0
    let stop = content["stop"]?.integer ?? .max
    return entries.filter { $0.session == session && $0.line >= start && $0.line < stop }
  }

  private func search(_ content: JSONObject) -> [Entry] {
    let pattern = GlobPattern(content["pattern"]?.string ?? "*")
    var found = entries.filter { pattern.matches($0.input) }
    if content["unique"] == .bool(true) {
      var seen: Set<String> = []
      found = found.reversed().filter { seen.insert($0.input).inserted }.reversed()
    }
    return Array(found.suffix(count(content)))
  }
}

/// A pattern of a shell for a whole text: `*` for any characters, `?` for one, `[abc]` and `[!a-c]` for one of some.
package struct GlobPattern {
  private enum Part {
    case any
    case one
    case scalar(Unicode.Scalar)
    case set([ClosedRange<UInt32>], isExcluded: Bool)
  }

  private let parts: [Part]

  package init(_ pattern: String) {
    var rest = Array(pattern.unicodeScalars)[...]
    var parts: [Part] = []
    while let scalar = rest.popFirst() {
      switch scalar {
      case "*": parts.append(.any)
      case "?": parts.append(.one)
      case "[": parts.append(Self.set(&rest) ?? .scalar("["))
      default: parts.append(.scalar(scalar))
      }
    }
    self.parts = parts
  }

  /// The set behind a bracket; nil where none closes it, and nothing is taken then.
  private static func set(_ rest: inout ArraySlice<Unicode.Scalar>) -> Part? {
    var inner = rest
    let isExcluded = inner.first == "!" || inner.first == "^"
    if isExcluded { inner.removeFirst() }
    var members: [Unicode.Scalar] = []
    while let scalar = inner.popFirst() {
      guard scalar == "]", !members.isEmpty else {
        members.append(scalar)
        continue
      }
      rest = inner
      var ranges: [ClosedRange<UInt32>] = []
      var index = 0
      while index < members.count {
        let low = members[index].value
        let isRange = index + 2 < members.count && members[index + 1] == "-"
        let high = isRange ? members[index + 2].value : low
        if low <= high { ranges.append(low...high) }
        index += isRange ? 3 : 1
      }
      return .set(ranges, isExcluded: isExcluded)
    }
    return nil
  }

  /// In a time that grows with the product of both lengths at the most.
  package func matches(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    var (part, place) = (0, 0)
    // Where the last `*` stands, and how far it reaches so far.
    var star: (part: Int, place: Int)?
    while place < scalars.count {
      if part < parts.count, case .any = parts[part] {
        star = (part, place)
        part += 1
      } else if part < parts.count, Self.fits(parts[part], scalars[place]) {
        (part, place) = (part + 1, place + 1)
      } else if let last = star {
        star = (last.part, last.place + 1)
        (part, place) = (last.part + 1, last.place + 1)
      } else {
        return false
      }
    }
    return parts[part...].allSatisfy { if case .any = $0 { true } else { false } }
  }

  private static func fits(_ part: Part, _ scalar: Unicode.Scalar) -> Bool {
    switch part {
    case .any: false
    case .one: true
    case .scalar(let own): own == scalar
    case .set(let ranges, let isExcluded): ranges.contains { $0.contains(scalar.value) } != isExcluded
    }
  }
}
