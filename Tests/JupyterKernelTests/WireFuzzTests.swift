import JupyterKernel
import Testing
import Text

/// SplitMix64 (Steele, Lea, Flood 2014), so that every run reads the same frames.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// Frames of all kinds: 100,000 messages that are cut, changed, mixed up or made of nothing.
@Suite struct WireFuzzTests {
  private static let pieces: [[UInt8]] =
    [
      "{", "}", "[", "]", "\"", "\\", "\\u", "\\ud800", ":", ",", "null", "1e999", "-", "NaN", "<IDS|MSG>",
      "\0",
      "é", "{}", "[]",
    ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], []]

  private func valid() -> [[UInt8]] {
    let header = MessageHeader(id: "1", session: "s", user: "u", date: "d", type: "execute_request")
    return WireMessage(
      routing: [[1]], header: header, content: ["code": .string("a = train \"x\" \u{1F680}")], buffers: [[1]]
    ).frames(signedBy: Signer(key: ""))
  }

  private func mutate(_ frames: inout [[UInt8]], _ random: inout SplitMix) {
    guard let index = frames.indices.randomElement(using: &random) else { return frames.append([]) }
    switch Int.random(in: 0..<7, using: &random) {
    case 0: frames.remove(at: index)
    case 1: frames.insert(frames[index], at: index)
    case 2: frames.swapAt(index, Int.random(in: 0..<frames.count, using: &random))
    case 3: frames[index] = Array(frames[index].prefix(Int.random(in: 0...20, using: &random)))
    case 4: frames.removeLast(Int.random(in: 0...frames.count, using: &random))
    case 5:
      frames[index] = (0..<Int.random(in: 0..<40, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
    default:
      let start = Int.random(in: 0...frames[index].count, using: &random)
      let end = min(frames[index].count, start + Int.random(in: 0...3, using: &random))
      frames[index].replaceSubrange(start..<end, with: Self.pieces.randomElement(using: &random) ?? [])
    }
  }

  @Test(arguments: 0..<10 as Range<UInt64>) func anyFramesAreAMessageOrAnError(_ seed: UInt64) {
    var random = SplitMix(state: seed)
    let valid = valid()
    var messages = 0
    for _ in 0..<10_000 {
      var frames = valid
      for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&frames, &random) }
      // Unsigned, so that whatever the frames hold is read.
      var verifier = Verifier(key: "")
      if let message = try? WireMessage(frames: frames, verifiedBy: &verifier) {
        messages += 1
        // What was read can be sent, and is read again as the same.
        let sent = message.frames(signedBy: Signer(key: ""))
        #expect((try? WireMessage(frames: sent, verifiedBy: &verifier)) == message)
      }
      var signed = Verifier(key: "k")
      #expect((try? WireMessage(frames: frames, verifiedBy: &signed)) == nil)
    }
    #expect(messages > 100)
  }
}
