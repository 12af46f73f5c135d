package import Text

/// Why a kernel can't be started by a connection file.
package enum ConnectionError: Error, Equatable {
  /// What a member of the file is to be.
  package enum Form: String, Sendable {
    case text = "a text"
    case address = "an address of this machine, such as \"127.0.0.1\""
    case path = "the path that the sockets' names begin with"
    case port = "a port from 1 to 65535"
  }

  case unreadable(path: String, code: Int32)
  case notAFile(path: String)
  /// Another user's.
  case foreign(path: String)
  case writableByOthers(path: String)
  case tooLong(path: String)
  case notUTF8(path: String)
  case notJSON(path: String, JSONError)
  case notAnObject(path: String)
  case transport(path: String, String)
  case scheme(path: String, String)
  case member(path: String, String, Form)
  case samePort(path: String, String, String, Int)
  /// A socket can't be had under its address.
  case notBound(endpoint: String, reason: String)
  /// The system gives no sockets, pipes or threads.
  case system(what: String, reason: String)
}
