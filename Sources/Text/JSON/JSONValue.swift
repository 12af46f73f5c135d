/// A JSON value that keeps what a file says: the spelling of numbers and the order of members.
package indirect enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// As spelled: "1.0", "1e5".
  case number(String)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// A whole number.
  package static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

  /// A number as short as it comes back unchanged, whole numbers without a point.
  ///
  /// NaN and infinities, which JSON can't say, are null.
  package static func double(_ value: Double) -> JSONValue {
    guard value.isFinite else { return .null }
    if abs(value) < 0x1p53, !(value == 0 && value.sign == .minus), let whole = Int(exactly: value) {
      return .integer(whole)
    }
    return .number("\(value)")
  }

  package var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
  package var array: [JSONValue]? { if case .array(let array) = self { array } else { nil } }
  package var string: String? { if case .string(let string) = self { string } else { nil } }
  package var integer: Int? { if case .number(let spelling) = self { Int(spelling) } else { nil } }
}

/// Members of a JSON object in the order of the file.
package struct JSONObject: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  package struct Member: Hashable, Sendable {
    package var key: String
    package var value: JSONValue

    package init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  package private(set) var members: [Member] = []

  package init() {}

  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { self[key] = value }
  }

  /// Of members with the same key the last one's value counts, at the place of the first.
  package init(_ members: [Member]) {
    var places: [[UInt8]: Int] = [:]
    for member in members {
      if let place = places[Array(member.key.utf8)] {
        self.members[place].value = member.value
      } else {
        places[Array(member.key.utf8)] = self.members.count
        self.members.append(member)
      }
    }
  }

  /// A key's value; nil where there is none, and to take it out.
  ///
  /// A new key goes to the end.
  package subscript(key: String) -> JSONValue? {
    get { members.first { $0.isNamed(key) }?.value }
    set {
      let index = members.firstIndex { $0.isNamed(key) }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(key: key, value: value))
      case (nil, nil): break
      }
    }
  }

  package var isEmpty: Bool { members.isEmpty }
}

extension JSONObject.Member {
  /// Swift's own comparison takes differently composed accents as the same; JSON doesn't.
  fileprivate func isNamed(_ other: String) -> Bool { key.utf8.elementsEqual(other.utf8) }
}
