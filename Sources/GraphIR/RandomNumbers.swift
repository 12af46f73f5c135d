/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014), seeded so that each use draws
/// from a stream of its own.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  /// Is added to each seed.
  @TaskLocal package static var shift: UInt64 = 0

  private var state: UInt64

  /// The stream of a seed for a purpose.
  package init(seed: UInt64, purpose: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    state = (seed &+ Self.shift) &* 0xd134_2543_de82_ef95 ^ hash
  }

  /// The stream of these numbers in this order; each is mixed in before the next, and none is shifted.
  package init(_ first: UInt64, _ second: UInt64, _ third: UInt64 = 0) {
    state = Self.mixed(first &+ Self.increment)
    state = Self.mixed(state ^ Self.mixed(second &+ 2 &* Self.increment))
    state = Self.mixed(state ^ Self.mixed(third &+ 3 &* Self.increment))
  }

  package mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mixed(state)
  }

  /// The number that `next` gives after `index` others.
  package func number(at index: UInt64) -> UInt64 { Self.mixed(state &+ (index &+ 1) &* Self.increment) }

  private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

  private static func mixed(_ counter: UInt64) -> UInt64 {
    var z = counter
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Uniform in [0, 1), 24 bits.
  package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// Uniform in the range, 24 bits.
  package mutating func uniform(in range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * Float(next() >> 40) * 0x1p-24
  }

  /// Uniform in 0..<bound, without bias (Lemire: "Fast Random Integer Generation in an Interval", 2019).
  package mutating func next(below bound: Int) -> Int {
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }
}
