/// Where a value of a JSON text stands, and where those inside it do.
struct JSONPlace {
  enum Content {
    case leaf
    case object([Member])
    case array([JSONPlace])
  }

  struct Member {
    var key: String
    var value: JSONPlace
  }

  /// Of its bytes.
  var range: Range<Int>
  var content: Content

  /// Of the value of a whole text.
  init(of bytes: UnsafeRawBufferPointer) throws(JSONFault) {
    var reader = JSONReader(bytes, from: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    try self.init(&reader, depth: 0)
    try reader.expectEnd()
  }

  private init(_ reader: inout JSONReader, depth: Int) throws(JSONFault) {
    let first = reader.peek()
    let start = reader.offset
    // Recursion is as deep as the text is nested.
    guard depth < 256 else { throw reader.fault(.tooDeep) }
    switch first {
    case "{":
      try reader.expect("{")
      var members: [Member] = []
      var isFirst = true
      while try reader.hasMember(until: "}", isFirst: &isFirst) {
        let key = try reader.key()
        members.append(Member(key: key, value: try JSONPlace(&reader, depth: depth + 1)))
      }
      content = .object(members)
    case "[":
      try reader.expect("[")
      var elements: [JSONPlace] = []
      var isFirst = true
      while try reader.hasMember(until: "]", isFirst: &isFirst) {
        elements.append(try JSONPlace(&reader, depth: depth + 1))
      }
      content = .array(elements)
    case "\"":
      _ = try reader.string()
      content = .leaf
    case "t": (content, _) = (.leaf, try reader.expect(word: "true"))
    case "f": (content, _) = (.leaf, try reader.expect(word: "false"))
    case "n": (content, _) = (.leaf, try reader.expect(word: "null"))
    default:
      _ = try reader.number()
      content = .leaf
    }
    range = start..<reader.offset
  }

  /// The members' places by key; of a key that comes twice its last, whose value counts.
  var members: [String: JSONPlace]? {
    guard case .object(let members) = content else { return nil }
    return Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
  }

  /// Every object inside it has its members in the order in which Python sorts them.
  var isSorted: Bool {
    switch content {
    case .leaf: true
    case .array(let elements): elements.allSatisfy(\.isSorted)
    case .object(let members):
      zip(members, members.dropFirst()).allSatisfy { !$1.key.utf8.lexicographicallyPrecedes($0.key.utf8) }
        && members.allSatisfy(\.value.isSorted)
    }
  }
}
