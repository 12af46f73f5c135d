import Glibc
import GraphIR

/// How one image of `shapes` looks, drawn at random.
private struct FigurePose {
  var figure: Figure
  var centre: SIMD2<Float>
  /// Pixels.
  var radius: Float
  var cosine: Float
  var sine: Float
  /// Grey values 0…1.
  var background: Float
  var contrast: Float
  /// Half the width of uniform noise.
  var noise: Float

  init(_ figure: Figure, side: Float, _ generator: inout SeededGenerator) {
    self.figure = figure
    radius = generator.uniform(in: 0.24 * side...0.39 * side)
    let reach = radius - 0.5...side - 0.5 - radius
    centre = SIMD2(generator.uniform(in: reach), generator.uniform(in: reach))
    let angle = generator.uniform(in: 0...2 * .pi)
    (cosine, sine) = (cosf(angle), sinf(angle))
    background = generator.uniform(in: 0...0.3)
    contrast = generator.uniform(in: 0.25...0.65)
    noise = generator.uniform(in: 0.02...0.15)
  }

  /// Share of a pixel that the figure covers, from the distance of its centre to the outline.
  func coverage(_ x: Int, _ y: Int) -> Float {
    let offset = SIMD2(Float(x), Float(y)) - centre
    let turned = SIMD2(
      cosine * offset.x + sine * offset.y, cosine * offset.y - sine * offset.x)
    return max(0, min(1, 0.5 - radius * figure.distance(turned / radius)))
  }

  /// Whether the row or column can hold a part of the figure.
  func reaches(_ position: Int, _ centre: Float) -> Bool { abs(Float(position) - centre) < radius + 1 }
}

/// Draws an image of `shapes`; its class is the index modulo 10, so that every part is balanced.
@Sendable func drawFigure(_ image: DrawnImage, _ pixels: UnsafeMutableBufferPointer<UInt8>) -> UInt16 {
  let side = 28
  let label = image.index % Figure.allCases.count
  let part: UInt64 = image.part == .training ? 0 : 1
  var generator = SeededGenerator(image.seed, 2 + part, UInt64(image.index))
  let pose = FigurePose(Figure.allCases[label], side: Float(side), &generator)
  var position = 0
  var bits: UInt64 = 0
  for y in 0..<side {
    let rowReached = pose.reaches(y, pose.centre.y)
    var x = 0
    while x < side {
      if position & 3 == 0 { bits = generator.next() }
      let uniform = Float(bits & 0xffff) * 0x1p-15 - 1
      bits >>= 16
      let covered = rowReached && pose.reaches(x, pose.centre.x) ? pose.coverage(x, y) : 0
      let grey = pose.background + pose.contrast * covered + pose.noise * uniform
      pixels[position] = UInt8(max(0, min(1, grey)) * 255 + 0.5)
      position &+= 1
      x &+= 1
    }
  }
  return UInt16(label)
}
