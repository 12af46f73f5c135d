/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014), seeded by several
/// numbers so that each use draws from a stream of its own.
struct ShuffleGenerator {
  private var state: UInt64

  /// A stream for these numbers in this order; each is mixed in before the next.
  init(_ first: UInt64, _ second: UInt64, _ third: UInt64 = 0) {
    var state = ShuffleGenerator.mix(first &+ 0x9e37_79b9_7f4a_7c15)
    state = ShuffleGenerator.mix(state ^ ShuffleGenerator.mix(second &+ 0x3c6e_f372_fe94_f82a))
    self.state = ShuffleGenerator.mix(state ^ ShuffleGenerator.mix(third &+ 0xdaa6_6d2c_7ddf_743f))
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return ShuffleGenerator.mix(state)
  }

  /// Uniform in 0..<bound, without bias (Lemire: "Fast Random Integer Generation in an Interval", 2019).
  mutating func next(below bound: Int) -> Int {
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// Uniform in the range, 24 bits.
  mutating func next(in range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * Float(next() >> 40) * 0x1p-24
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
