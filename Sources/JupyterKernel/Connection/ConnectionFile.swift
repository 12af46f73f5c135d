import Glibc
import Text

/// Where a kernel is to be reached and the key that its messages are signed with, as Jupyter writes it into a file.
package struct ConnectionFile: Sendable, Equatable {
  package enum Transport: String, Sendable, CaseIterable { case tcp, ipc }

  /// The five sockets, by the names that the file has for them.
  package enum Port: String, Sendable, CaseIterable {
    case shell = "shell_port"
    case control = "control_port"
    case stdin = "stdin_port"
    case iopub = "iopub_port"
    case heartbeat = "hb_port"
  }

  package var transport: Transport
  /// An address of this machine, or for ipc the path that the sockets' names begin with.
  package var address: String
  package var ports: [Port: Int]
  /// Empty where messages aren't signed.
  package var key: String

  /// Longest file that is read, in bytes: a connection file has some hundred.
  static let longest = 1 << 16

  /// Reads the file; `isLenient` also takes one that others may write to.
  package init(path: String, isLenient: Bool = false) throws(ConnectionError) {
    let bytes = try Self.bytes(path, isLenient)
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(path: path) }
    try self.init(text: text, path: path)
  }

  /// `path` stands in errors.
  package init(text: String, path: String) throws(ConnectionError) {
    let value: JSONValue
    do { value = try JSONParser.parse(text) } catch { throw .notJSON(path: path, error) }
    guard let object = value.object else { throw .notAnObject(path: path) }
    let name = object["transport"]?.string ?? Transport.tcp.rawValue
    guard let transport = Transport(rawValue: name) else { throw .transport(path: path, name) }
    let scheme = object["signature_scheme"]?.string ?? ""
    guard ["", "hmac-sha256"].contains(scheme) else { throw .scheme(path: path, scheme) }
    self.transport = transport
    guard let key = object["key"].map({ $0.string }) ?? "" else { throw .member(path: path, "key", .text) }
    self.key = key
    guard let address = object["ip"]?.string, Self.isAddress(address, transport) else {
      throw .member(path: path, "ip", transport == .tcp ? .address : .path)
    }
    self.address = address
    ports = try Self.ports(of: object, path: path)
  }

  private static func ports(of object: JSONObject, path: String) throws(ConnectionError) -> [Port: Int] {
    var ports: [Port: Int] = [:]
    for port in Port.allCases {
      guard let number = object[port.rawValue]?.integer, (1...65_535).contains(number) else {
        throw .member(path: path, port.rawValue, .port)
      }
      if let other = Port.allCases.first(where: { ports[$0] == number }) {
        throw .samePort(path: path, port.rawValue, other.rawValue, number)
      }
      ports[port] = number
    }
    return ports
  }

  /// No character that would end the address inside an endpoint, or that no address has.
  private static func isAddress(_ text: String, _ transport: Transport) -> Bool {
    guard !text.isEmpty, text.unicodeScalars.allSatisfy({ $0.value > 32 || $0 == " " }) else { return false }
    guard transport == .tcp else { return true }
    return text.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789.:-_*%".unicodeScalars.contains(scalar))
    }
  }

  /// The address of a socket as libzmq has it.
  package func endpoint(_ port: Port) -> String {
    let number = ports[port] ?? 0
    switch transport {
    case .ipc: return "ipc://\(address)-\(number)"
    case .tcp: return address.contains(":") ? "tcp://[\(address)]:\(number)" : "tcp://\(address):\(number)"
    }
  }

  private static func bytes(_ path: String, _ isLenient: Bool) throws(ConnectionError) -> [UInt8] {
    // Opening a pipe that nobody writes to would wait for ever.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .unreadable(path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
    guard status.st_uid == geteuid() || geteuid() == 0 else { throw .foreign(path: path) }
    guard isLenient || status.st_mode & 0o022 == 0 else { throw .writableByOthers(path: path) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count <= longest {
      let count = read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable(path: path, code: errno) }
      if count == 0 { return bytes }
      bytes += chunk.prefix(count)
    }
    throw .tooLong(path: path)
  }
}
