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

extension JSONError.Reason {
  var words: String {
    switch self {
    case .unexpectedEnd: "the file ends too early"
    case .unexpected(let scalar): "\"\(scalar)\" can't stand here"
    case .textAfterValue: "something follows the end"
    case .badNumber: "this is no number"
    case .badEscape: "this escape has no meaning"
    case .loneSurrogate: "half of a surrogate pair is no character"
    case .controlCharacter: "a control character must be escaped in a string"
    case .tooDeep: "brackets are nested too deep"
    }
  }
}
