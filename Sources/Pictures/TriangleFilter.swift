/// Weights with which source pixels of an axis are added to each target pixel: linear interpolation, with a filter that
/// widens where the axis shrinks (antialiasing).
///
/// As Pillow's BILINEAR, in fixed point, so that both give the same bytes.
struct TriangleFilter {
  /// Bits after the point of a weight.
  static let bits: Int32 = 22

  /// First source pixel of each target pixel, and where its weights lie.
  private(set) var firsts: [Int] = []
  private(set) var places: [Int] = []
  private(set) var counts: [Int] = []
  private(set) var weights: [Int32] = []

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
    let ends = zip(firsts, counts).map { $0 + $1 }
    needed = (firsts.min() ?? 0)..<(ends.max() ?? 0)
  }

  private mutating func append(_ first: Int, _ shares: [Double]) {
    let sum = shares.reduce(0, +)
    firsts.append(first)
    places.append(weights.count)
    counts.append(shares.count)
    // A target pixel beside all centres takes the nearest source pixel.
    let one = Double(Int32(1) << TriangleFilter.bits)
    weights += shares.map { Int32((sum > 0 ? $0 / sum * one : one / Double(shares.count)).rounded()) }
  }

  /// Adds up source pixels that lie `stride` bytes apart, for target pixels that lie `step` bytes apart.
  ///
  /// `source` points at the pixel `needed.lowerBound` of the axis.
  func apply(
    _ source: UnsafePointer<UInt8>, stride: Int, to target: UnsafeMutablePointer<UInt8>, step: Int
  ) {
    weights.withUnsafeBufferPointer { weights in
      for pixel in firsts.indices {
        var sum = Int32(1) << (TriangleFilter.bits - 1)
        var place = source + (firsts[pixel] - needed.lowerBound) * stride
        for index in places[pixel]..<places[pixel] + counts[pixel] {
          sum &+= weights[index] &* Int32(place.pointee)
          place += stride
        }
        target[pixel * step] = UInt8(clamping: sum >> TriangleFilter.bits)
      }
    }
  }
}
