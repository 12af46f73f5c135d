import Foundation
import JupyterKernel
import Language
import Testing
import Text

@Suite struct ConnectionFileTests {
  private static let good: JSONObject = [
    "shell_port": .integer(5001), "iopub_port": .integer(5002), "stdin_port": .integer(5003),
    "control_port": .integer(5004), "hb_port": .integer(5005), "ip": .string("127.0.0.1"),
    "key": .string("k"), "transport": .string("tcp"), "signature_scheme": .string("hmac-sha256"),
    "kernel_name": .string("qatlab"),
  ]

  private func read(_ changes: JSONObject) throws -> ConnectionFile {
    var object = Self.good
    for member in changes.members { object[member.key] = member.value }
    return try ConnectionFile(text: JSONValue.object(object).line, path: "c.json")
  }

  @Test func anAddressFollowsFromTransportAddressAndPort() throws {
    #expect(try read([:]).endpoint(.shell) == "tcp://127.0.0.1:5001")
    #expect(try read(["ip": .string("::1")]).endpoint(.heartbeat) == "tcp://[::1]:5005")
    let ipc = try read(["transport": .string("ipc"), "ip": .string("/run/user/1/kernel-a b")])
    #expect(ipc.endpoint(.iopub) == "ipc:///run/user/1/kernel-a b-5002")
  }

  @Test(
    arguments: [
      (["shell_port": .null], "shell_port"), (["hb_port": .integer(0)], "hb_port"),
      (["hb_port": .integer(65_536)], "hb_port"), (["iopub_port": .number("5e3")], "iopub_port"),
      (["iopub_port": .number("99999999999999999999")], "iopub_port"),
      (["control_port": .integer(-1)], "control_port"),
      (["ip": .string("")], "ip"), (["ip": .string("127.0.0.1;tcp://*")], "ip"),
      (["ip": .string("a b")], "ip"),
      (["ip": .integer(1)], "ip"), (["key": .integer(1)], "key"), (["key": .null], "key"),
      (["transport": .string("ipc"), "ip": .string("a\nb")], "ip"),
    ] as [(JSONObject, String)])
  func whatAMemberIsToBeIsSaid(_ changes: JSONObject, _ name: String) {
    let error = #expect(throws: ConnectionError.self) { try read(changes) }
    #expect(error?.diagnostic { "code \($0)" }.message.contains("\"\(name)\"") == true)
  }

  @Test func portsAreDifferent() {
    #expect(throws: ConnectionError.samePort(path: "c.json", "control_port", "shell_port", 5001)) {
      try read(["control_port": .integer(5001)])
    }
  }

  @Test func onlyKnownTransportsAndSignaturesAreSpoken() {
    #expect(throws: ConnectionError.transport(path: "c.json", "udp")) {
      try read(["transport": .string("udp")])
    }
    #expect(throws: ConnectionError.scheme(path: "c.json", "hmac-md5")) {
      try read(["signature_scheme": .string("hmac-md5")])
    }
  }

  @Test func aFileThatOthersMayWriteToIsRefused() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "qatlab-\(UUID().uuidString)").path
    try Data(JSONValue.object(Self.good).line.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
    #expect(throws: ConnectionError.writableByOthers(path: path)) { try ConnectionFile(path: path) }
    #expect(try ConnectionFile(path: path, isLenient: true).key == "k")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    #expect(try ConnectionFile(path: path).key == "k")
  }

  @Test func whatIsNoConnectionFileIsToldApart() throws {
    #expect(throws: ConnectionError.notAFile(path: "/")) { try ConnectionFile(path: "/") }
    #expect(throws: ConnectionError.unreadable(path: "/nowhere", code: ENOENT)) {
      try ConnectionFile(path: "/nowhere")
    }
    #expect(throws: ConnectionError.notAFile(path: "/dev/zero")) { try ConnectionFile(path: "/dev/zero") }
    #expect(throws: ConnectionError.notAnObject(path: "p")) { try ConnectionFile(text: "[]", path: "p") }
    #expect(throws: ConnectionError.self) { try ConnectionFile(text: "{", path: "p") }
  }
}
