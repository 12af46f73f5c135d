package import Text

/// A message of the Jupyter protocol, without its signature.
package struct WireMessage: Sendable, Equatable {
  /// Frames before the delimiter: who is to have it on a ROUTER, the topic on iopub.
  package var routing: [[UInt8]]
  package var header: MessageHeader
  /// The header of the request that this answers, as it came; empty where there is none.
  package var parent: JSONObject
  package var metadata: JSONObject
  package var content: JSONObject
  package var buffers: [[UInt8]]

  package init(
    routing: [[UInt8]] = [], header: MessageHeader, parent: JSONObject = [:], metadata: JSONObject = [:],
    content: JSONObject, buffers: [[UInt8]] = []
  ) {
    self.routing = routing
    self.header = header
    self.parent = parent
    self.metadata = metadata
    self.content = content
    self.buffers = buffers
  }
}

/// Stands between the routing and the signature.
private let delimiter = Array("<IDS|MSG>".utf8)

extension WireMessage {
  /// The frames that go over a socket, signed.
  package func frames(signedBy signer: Signer) -> [[UInt8]] {
    let parts = [header.json, parent, metadata, content].map { Array(JSONValue.object($0).line.utf8) }
    return routing + [delimiter, signer.signature(of: parts)] + parts + buffers
  }

  /// Reads the frames of a message; its signature is checked before anything else of it is looked at.
  ///
  /// Total: whatever the frames hold, they are a message or a `WireError`.
  package init(frames: [[UInt8]], verifiedBy verifier: inout Verifier) throws(WireError) {
    guard let place = frames.firstIndex(of: delimiter) else { throw .noDelimiter }
    let rest = frames[(place + 1)...]
    guard rest.count >= 5, let signature = rest.first else { throw .missingFrames(rest.count) }
    let parts = Array(rest.dropFirst().prefix(4))
    try verifier.verify(signature: signature, of: parts)
    let header = try Self.object(parts[0], .header)
    let parent = try Self.object(parts[1], .parent)
    let metadata = try Self.object(parts[2], .metadata)
    let content = try Self.object(parts[3], .content)
    guard let known = MessageHeader(header) else { throw .incompleteHeader }
    self.init(
      routing: Array(frames[..<place]), header: known, parent: parent, metadata: metadata, content: content,
      buffers: Array(rest.dropFirst(5)))
  }

  private static func object(_ bytes: [UInt8], _ part: WireError.Part) throws(WireError) -> JSONObject {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(part) }
    let value: JSONValue
    do { value = try JSONParser.parse(text) } catch { throw .notJSON(part, error) }
    guard let object = value.object else { throw .notAnObject(part) }
    return object
  }
}
