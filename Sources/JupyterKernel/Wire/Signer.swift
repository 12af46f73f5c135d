import Crypto

/// Signs messages with the key of a connection: HMAC-SHA256 over the four JSON frames, in hexadecimal digits.
package struct Signer: Sendable {
  private let key: SymmetricKey?

  /// An empty key leaves messages unsigned.
  package init(key: String) { self.key = key.isEmpty ? nil : SymmetricKey(data: Array(key.utf8)) }

  package func signature(of parts: [[UInt8]]) -> [UInt8] {
    guard let key else { return [] }
    var code = HMAC<SHA256>(key: key)
    for part in parts { code.update(data: part) }
    return code.finalize().flatMap { [hexadecimalDigit($0 >> 4), hexadecimalDigit($0 & 15)] }
  }

  /// True for the signature of these parts; the time that it takes doesn't tell how much of it is right.
  fileprivate func signs(_ signature: [UInt8], _ parts: [[UInt8]]) -> Bool {
    guard let key else { return true }
    guard let claimed = bytes(ofHexadecimal: signature) else { return false }
    // The code is taken of the parts one behind the other.
    return HMAC<SHA256>.isValidAuthenticationCode(claimed, authenticating: parts.flatMap { $0 }, using: key)
  }

  fileprivate var isSigning: Bool { key != nil }
}

/// Takes signed messages in, each once.
package struct Verifier: Sendable {
  private let signer: Signer
  private var seen: Set<[UInt8]> = []
  private var order: [[UInt8]] = []

  /// So many signatures are remembered; then the older half is forgotten.
  private static let memory = 65_536

  package init(key: String) { signer = Signer(key: key) }

  /// Throws `.wrongSignature`, or `.replayed` where the same signature came before.
  mutating func verify(signature: [UInt8], of parts: [[UInt8]]) throws(WireError) {
    guard signer.isSigning else { return }
    guard signer.signs(signature, parts) else { throw .wrongSignature }
    // Upper and lower digits spell the same signature.
    let digest = signature.map { (65...70).contains($0) ? $0 + 32 : $0 }
    guard seen.insert(digest).inserted else { throw .replayed }
    order.append(digest)
    guard order.count > Self.memory else { return }
    for old in order.prefix(Self.memory / 2) { seen.remove(old) }
    order.removeFirst(Self.memory / 2)
  }
}

private func hexadecimalDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

/// Nil for an odd number of characters, or others than digits.
private func bytes(ofHexadecimal digits: [UInt8]) -> [UInt8]? {
  guard digits.count.isMultiple(of: 2) else { return nil }
  var bytes: [UInt8] = []
  for index in stride(from: 0, to: digits.count, by: 2) {
    guard let high = value(of: digits[index]), let low = value(of: digits[index + 1]) else { return nil }
    bytes.append(high << 4 | low)
  }
  return bytes
}

private func value(of digit: UInt8) -> UInt8? {
  switch digit {
  case 48...57: digit - 48
  case 65...70: digit - 55
  case 97...102: digit - 87
  default: nil
  }
}
