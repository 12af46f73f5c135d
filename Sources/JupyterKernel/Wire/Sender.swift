import Foundation
import Glibc
import Text

/// Makes the kernel's own messages: each has an id of its own and the kernel's session.
package struct Sender: Sendable {
  /// Of this run of the kernel.
  package let session: String
  package let user: String

  package init() {
    session = UUID().uuidString.lowercased()
    user = getenv("USER").map { String(cString: $0) } ?? "qatlab"
  }

  /// An id that nothing else has.
  func newID() -> String { UUID().uuidString.lowercased() }

  package func header(_ type: String) -> MessageHeader {
    MessageHeader(
      id: newID(), session: session, user: user, date: timestamp(), type: type)
  }

  /// An answer to a request, on the socket on which that came.
  func reply(_ type: String, _ content: JSONObject, to request: WireMessage) -> WireMessage {
    WireMessage(
      routing: request.routing, header: header(type), parent: request.header.json, content: content)
  }

  /// A message for all who listen, about a request.
  func broadcast(
    _ type: String, _ content: JSONObject, parent: JSONObject = [:], metadata: JSONObject = [:],
    topic: String? = nil
  ) -> WireMessage {
    WireMessage(
      routing: [Array((topic ?? type).utf8)], header: header(type), parent: parent, metadata: metadata,
      content: content)
  }
}

/// Now, in ISO 8601 with microseconds and the zone: "2026-01-31T12:00:00.123456Z".
private func timestamp() -> String {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  var parts = tm()
  gmtime_r(&now.tv_sec, &parts)
  let digits = { (value: Int, width: Int) in
    let text = String(value)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
  let date = [Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday)]
  let time = [Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec)]
  return digits(date[0], 4) + "-" + digits(date[1], 2) + "-" + digits(date[2], 2) + "T"
    + time.map { digits($0, 2) }.joined(separator: ":") + "." + digits(now.tv_nsec / 1000, 6) + "Z"
}
