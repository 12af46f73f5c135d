/// Weights with which source pixels of an axis are added to each target pixel: linear interpolation, with a filter that
/// widens where the axis shrinks (antialiasing).
///
/// As Pillow's BILINEAR, in fixed point, so that both give the same bytes.
struct TriangleFilter {
  /// Bits after the point of a weight.
  static let bits: Int32 = 22

  private struct Taps {
    /// First source pixel, and how many there are.
    var first: Int
    var count: Int
    /// Where their weights lie.
    var place: Int
  }

  /// Of each target pixel.
  private var taps: [Taps] = []
  private var weights: [Int32] = []

  /// Target pixels.
  var count: Int { taps.count }

  /// Source pixels that any target pixel needs.
  private(set) var needed: Range<Int> = 0..<0

  /// - Parameters:
  ///   - source: pixels there are.
  ///   - extent: the length of the axis in them, at most `source`: a decoder that reduces rounds its pixels up.
  init(source: Int, extent: Double, window: AxisWindow) {
    let scale = extent / Double(window.scaled)
    let reach = max(scale, 1)
    for target in window.kept {
      let centre = (Double(target) + 0.5) * scale
      let first = max(0, min(source - 1, Int(centre - reach + 0.5)))
      let end = max(first + 1, min(source, Int(centre + reach + 0.5)))
      let shares = (first..<end).map { max(0, 1 - abs((Double($0) - centre + 0.5) / reach)) }
      append(first, shares)
    }
    needed = (taps.map(\.first).min() ?? 0)..<(taps.map { $0.first + $0.count }.max() ?? 0)
  }

  private mutating func append(_ first: Int, _ shares: [Double]) {
    let sum = shares.reduce(0, +)
    taps.append(Taps(first: first, count: shares.count, place: weights.count))
    // A target pixel beside all centres takes the nearest source pixel.
    let one = Double(Int32(1) << TriangleFilter.bits)
    weights += shares.map { Int32((sum > 0 ? $0 / sum * one : one / Double(shares.count)).rounded()) }
  }

  /// Adds up source pixels for each target pixel, of several lanes that lie side by side: channels, or whole rows.
  ///
  /// Pixels lie `stride` bytes apart in both. `source` points at the pixel `needed.lowerBound` of the axis.
  func apply(
    _ source: UnsafePointer<UInt8>, lanes: Int, stride: Int, to target: UnsafeMutablePointer<UInt8>
  ) {
    weights.withUnsafeBufferPointer { weights in
      taps.withUnsafeBufferPointer { taps in
        guard let weights = weights.baseAddress else { return }
        for (pixel, tap) in taps.enumerated() {
          let first = source + (tap.first - needed.lowerBound) * stride
          let own = weights + tap.place
          let sums = target + pixel * stride
          var lane = 0
          while lane < lanes {
            var sum = Int32(1) << (TriangleFilter.bits - 1)
            var place = first + lane
            var index = 0
            while index < tap.count {
              sum &+= own[index] &* Int32(place.pointee)
              place += stride
              index &+= 1
            }
            sums[lane] = UInt8(clamping: sum >> TriangleFilter.bits)
            lane &+= 1
          }
        }
      }
    }
  }
}
