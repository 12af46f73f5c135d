import JupyterKernel
import Testing
import Text

@Suite struct WireMessageTests {
  private static let key = "a0436f6c-1916-498b-8eb9-e81ab9368e84"

  private func message() throws -> WireMessage {
    let header = try #require(
      MessageHeader(["msg_id": .string("1"), "msg_type": .string("execute_request"), "own": .bool(true)]))
    return WireMessage(
      routing: [[0, 1, 255], [7]], header: header, parent: ["msg_id": .string("0")],
      metadata: ["a": .integer(1)], content: ["code": .string("é\u{2028}\0")], buffers: [[], [1, 2]])
  }

  @Test func aMessageComesBackAsItWasSent() throws {
    let message = try message()
    let frames = message.frames(signedBy: Signer(key: Self.key))
    var verifier = Verifier(key: Self.key)
    let back = try WireMessage(frames: frames, verifiedBy: &verifier)
    #expect(back == message)
    #expect(back.header.json["own"] == .bool(true))
  }

  @Test func theSignatureIsThatOfPythonsHMAC() {
    let parts = [#"{"msg_id":"1","msg_type":"execute_request"}"#, "{}", "{}", #"{"code":"é"}"#]
    let signature = Signer(key: Self.key).signature(of: parts.map { Array($0.utf8) })
    #expect(
      String(decoding: signature, as: UTF8.self)
        == "3b1e66d1471851dfdeb7a986c619cf49f805e652a2ed48db9a385f566be0056b")
  }

  @Test func withoutAKeyNothingIsSigned() throws {
    let frames = try message().frames(signedBy: Signer(key: ""))
    #expect(frames[3].isEmpty)
    var verifier = Verifier(key: "")
    for _ in 0..<2 { #expect(throws: Never.self) { try WireMessage(frames: frames, verifiedBy: &verifier) } }
  }

  @Test func aSignatureCountsOnce() throws {
    var frames = try message().frames(signedBy: Signer(key: Self.key))
    var verifier = Verifier(key: Self.key)
    _ = try WireMessage(frames: frames, verifiedBy: &verifier)
    #expect(throws: WireError.replayed) { try WireMessage(frames: frames, verifiedBy: &verifier) }
    // The same digits in capitals are the same signature.
    frames[3] = Array(String(decoding: frames[3], as: UTF8.self).uppercased().utf8)
    #expect(throws: WireError.replayed) { try WireMessage(frames: frames, verifiedBy: &verifier) }
  }

  @Test(arguments: 3..<8) func aChangedByteOfWhatIsSignedIsNoticed(_ frame: Int) throws {
    var frames = try message().frames(signedBy: Signer(key: Self.key))
    frames[frame][0] ^= 1
    var verifier = Verifier(key: Self.key)
    #expect(throws: WireError.wrongSignature) { try WireMessage(frames: frames, verifiedBy: &verifier) }
  }

  @Test(arguments: [
    "", "3b", "zz", "3", String(repeating: "0", count: 64), String(repeating: "é", count: 32),
  ])
  func whatIsNoSignatureIsWrong(_ signature: String) throws {
    var frames = try message().frames(signedBy: Signer(key: Self.key))
    frames[3] = Array(signature.utf8)
    var verifier = Verifier(key: Self.key)
    #expect(throws: WireError.wrongSignature) { try WireMessage(frames: frames, verifiedBy: &verifier) }
  }

  @Test(
    arguments: [
      ([], WireError.noDelimiter), (["<IDS|MSG>"], .missingFrames(0)),
      (["<IDS|MSG>", "", "{}", "{}", "{}"], .missingFrames(4)),
      (["<IDS|MSG>", "", "{}", "{}", "{}", "{}"], .incompleteHeader),
      (["<IDS|MSG>", "", "[]", "{}", "{}", "{}"], .notAnObject(.header)),
      (["<IDS|MSG>", "", #"{"msg_id":"1","msg_type":""}"#, "{}", "{}", "{}"], .incompleteHeader),
      (["<IDS|MSG>", "", #"{"msg_id":1,"msg_type":"a"}"#, "{}", "{}", "{}"], .incompleteHeader),
      (["<IDS|MSG>", "", #"{"msg_id":"1","msg_type":"a"}"#, "{}", "null", "{}"], .notAnObject(.metadata)),
    ] as [([String], WireError)])
  func framesThatAreNoMessageAreToldApart(_ frames: [String], _ error: WireError) {
    var verifier = Verifier(key: "")
    #expect(throws: error) {
      try WireMessage(frames: frames.map { Array($0.utf8) }, verifiedBy: &verifier)
    }
  }

  @Test func bytesThatAreNoTextAndTextThatIsNoJSONAreErrorsOfTheirPart() {
    var verifier = Verifier(key: "")
    let good = Array("{}".utf8)
    let start = [Array("<IDS|MSG>".utf8), []]
    #expect(throws: WireError.notUTF8(.parent)) {
      try WireMessage(frames: start + [good, [0xFF], good, good], verifiedBy: &verifier)
    }
    let deep = Array(String(repeating: "[", count: 100_000).utf8)
    #expect(throws: WireError.self) {
      try WireMessage(frames: start + [deep, good, good, good], verifiedBy: &verifier)
    }
  }
}
