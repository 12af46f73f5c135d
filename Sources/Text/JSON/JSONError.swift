/// Why a text isn't JSON, and where.
package struct JSONError: Error, Equatable {
  package enum Reason: Equatable, Sendable {
    case unexpectedEnd
    case unexpected(Unicode.Scalar)
    case textAfterValue
    case badNumber
    case badEscape
    /// Half of a surrogate pair: no character.
    case loneSurrogate
    case controlCharacter
    case tooDeep
    case notUTF8
    /// What a format asks for beyond JSON, in its words.
    case refused(String)
  }

  package var reason: Reason
  /// From 1.
  package var line: Int
  /// From 1, in Unicode scalars.
  package var column: Int

  package init(reason: Reason, line: Int, column: Int) {
    self.reason = reason
    self.line = line
    self.column = column
  }
}

extension JSONError {
  init(_ fault: JSONFault, in bytes: UnsafeBufferPointer<UInt8>) {
    let before = String(decoding: bytes[..<min(fault.offset, bytes.count)], as: UTF8.self).unicodeScalars
    let line = before.suffix(from: before.lastIndex(of: "\n").map(before.index(after:)) ?? before.startIndex)
    self.init(reason: fault.reason, line: 1 + before.count { $0 == "\n" }, column: 1 + line.count)
  }
}

/// Why bytes aren't JSON, or not that of a format, and at which byte.
package struct JSONFault: Error, Equatable {
  package var reason: JSONError.Reason
  package var offset: Int
}

extension JSONError.Reason {
  package var words: String {
    switch self {
    case .unexpectedEnd: "the file ends too early"
    case .unexpected(let scalar): "\"\(scalar)\" can't stand here"
    case .textAfterValue: "something follows the end"
    case .badNumber: "this is no number"
    case .badEscape: "this escape has no meaning"
    case .loneSurrogate: "half of a surrogate pair is no character"
    case .controlCharacter: "a control character must be escaped in a string"
    case .tooDeep: "brackets are nested too deep"
    case .notUTF8: "a string is not UTF-8"
    case .refused(let words): words
    }
  }
}
