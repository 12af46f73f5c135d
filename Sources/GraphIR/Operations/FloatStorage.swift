/// Width of a float layer's weights in a file; arithmetic stays in float32.
package enum FloatStorage: String, Hashable, Sendable, Codable, CaseIterable {
  case float32 = "fp32"
  case float16 = "fp16"
  case bfloat16 = "bf16"

  var words: String { self == .float32 ? "" : ", stored as \(rawValue)" }

  /// The nearest value that the format holds, ties to even; what lies beyond its range becomes its greatest.
  package func rounded(_ value: Float) -> Float {
    switch self {
    case .float32: value
    case .float16:
      value.isFinite
        ? Float(Float16(min(max(value, -Self.greatestFloat16), Self.greatestFloat16))) : value
    case .bfloat16: Self.roundedToBFloat16(value)
    }
  }

  private static let greatestFloat16: Float = 65_504
  /// Sign, 8 bits of exponent and 7 of fraction, the last below infinity.
  private static let greatestBFloat16 = Float(bitPattern: 0x7F7F_0000)

  private static func roundedToBFloat16(_ value: Float) -> Float {
    guard value.isFinite else { return value }
    let bits = value.bitPattern
    // Half of the last place, less one where the last bit kept is even: a carry goes on into the exponent.
    let rounded = Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000)
    return rounded.isFinite ? rounded : value < 0 ? -greatestBFloat16 : greatestBFloat16
  }
}
