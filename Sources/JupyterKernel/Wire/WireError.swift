package import Text

/// Why frames are no message; such frames are left alone, for what they are can't be known.
package enum WireError: Error, Equatable, CustomStringConvertible {
  package enum Part: String, Sendable { case header, parent = "parent header", metadata, content }

  case noDelimiter
  /// So many frames stand behind the delimiter.
  case missingFrames(Int)
  case wrongSignature
  case replayed
  case notUTF8(Part)
  case notJSON(Part, JSONError)
  case notAnObject(Part)
  case incompleteHeader

  package var description: String {
    switch self {
    case .noDelimiter: "it has no <IDS|MSG> frame"
    case .missingFrames(let count): "it has \(count) of at least 5 frames behind <IDS|MSG>"
    case .wrongSignature: "its signature isn't that of the connection file's key"
    case .replayed: "its signature came before, so it is sent again by somebody who read it"
    case .notUTF8(let part): "its \(part.rawValue) isn't UTF-8"
    case .notJSON(let part, let error):
      "its \(part.rawValue) isn't JSON: line \(error.line), column \(error.column): \(error.reason.words)"
    case .notAnObject(let part): "its \(part.rawValue) isn't a JSON object"
    case .incompleteHeader: "its header has no msg_id or no msg_type"
    }
  }
}
