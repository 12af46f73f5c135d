package import Text

/// Who sent a message, when, and of what kind.
package struct MessageHeader: Sendable, Equatable {
  /// As it came, or goes: an answer holds the header of its request with every member.
  package let json: JSONObject
  package let id: String
  package let type: String

  /// Nil without an id or a type.
  package init?(_ json: JSONObject) {
    guard let id = json["msg_id"]?.string, let type = json["msg_type"]?.string, !type.isEmpty else {
      return nil
    }
    (self.json, self.id, self.type) = (json, id, type)
  }

  /// `session` is of the side that sends, the same for as long as it runs; `date` is in ISO 8601 with a zone.
  package init(id: String, session: String, user: String, date: String, type: String) {
    (self.id, self.type) = (id, type)
    json = [
      "msg_id": .string(id), "session": .string(session), "username": .string(user), "date": .string(date),
      "msg_type": .string(type), "version": .string(protocolVersion),
    ]
  }
}

/// Of the Jupyter messaging protocol that is spoken: 5.5 has the welcome message and `kernel_info` on control.
package let protocolVersion = "5.5"
