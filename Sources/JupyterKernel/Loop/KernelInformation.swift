import Notebooks
import Text

/// What the kernel tells of itself.
struct KernelInformation: Sendable {
  let version: String
  let connection: ConnectionFile
  /// The folder of the session, as it is told where a conversation begins.
  let folder: String

  var content: JSONObject {
    [
      "status": .string("ok"), "protocol_version": .string(protocolVersion),
      "implementation": .string("qatlab"), "implementation_version": .string(version),
      "language_info": .object(language),
      "banner": .string("qatlab \(version): help lists the commands; models and history are in \(folder)"),
      "help_links": .array([]), "debugger": .bool(false), "supported_features": .array([]),
    ]
  }

  private var language: JSONObject {
    var language = NotebookLanguage.information
    language["version"] = .string(version)
    return language
  }

  var ports: JSONObject {
    ConnectionFile.Port.allCases.reduce(into: ["status": .string("ok")] as JSONObject) { object, port in
      object[port.rawValue] = .integer(connection.ports[port] ?? 0)
    }
  }
}
