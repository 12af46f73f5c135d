import Glibc

/// The classes of `shapes`.
///
/// No two look alike under rotation and scaling.
enum Figure: String, CaseIterable, Sendable {
  case circle, ring, square, frame, triangle, cross, bars, crescent, star, dots

  /// Signed distance to the outline, negative inside, of a figure that fills the unit circle.
  func distance(_ point: SIMD2<Float>) -> Float {
    switch self {
    case .circle: length(point) - 0.85
    case .ring: abs(length(point) - 0.75) - 0.2
    case .square: boxDistance(point, 0.7, 0.7)
    case .frame: abs(boxDistance(point, 0.57, 0.57)) - 0.13
    case .triangle: triangleDistance(point)
    case .cross: min(boxDistance(point, 0.95, 0.27), boxDistance(point, 0.27, 0.95))
    case .bars: barsDistance(point)
    case .crescent: max(length(point) - 0.95, 0.75 - length(point - SIMD2(0.5, 0)))
    case .star: starDistance(point)
    case .dots: length(SIMD2(abs(point.x), abs(point.y)) - SIMD2(0.55, 0.55)) - 0.3
    }
  }
}

private func length(_ point: SIMD2<Float>) -> Float {
  (point.x * point.x + point.y * point.y).squareRoot()
}

/// The greater of the distances to two pairs of lines: exact inside and beside an edge.
private func boxDistance(_ point: SIMD2<Float>, _ halfWidth: Float, _ halfHeight: Float) -> Float {
  max(abs(point.x) - halfWidth, abs(point.y) - halfHeight)
}

/// Equilateral, corners on the unit circle: each edge lies half a radius from the centre.
private func triangleDistance(_ point: SIMD2<Float>) -> Float {
  let slanted = 0.866_025_4 * abs(point.x) + 0.5 * point.y
  return max(slanted, -point.y) - 0.5
}

/// Three parallel bars.
private func barsDistance(_ point: SIMD2<Float>) -> Float {
  let aside = abs(point.x)
  return boxDistance(SIMD2(aside < 0.29 ? aside : aside - 0.58, point.y), 0.16, 0.75)
}

/// Five points on the unit circle, the corners between them at 0.42: the edge of the sector the point lies
/// in.
private func starDistance(_ point: SIMD2<Float>) -> Float {
  let sector: Float = .pi / 5
  var angle = abs(atan2f(point.y, point.x))
  angle -= 2 * sector * (angle / (2 * sector)).rounded()
  let radius = length(point)
  let folded = SIMD2(radius * cosf(angle), abs(radius * sinf(angle)))
  let inner = SIMD2<Float>(0.42 * 0.809_017, 0.42 * 0.587_785_25)
  let edge = inner - SIMD2(1, 0)
  let fromTip = folded - SIMD2(1, 0)
  return (edge.x * fromTip.y - edge.y * fromTip.x) / length(edge) * -1
}
