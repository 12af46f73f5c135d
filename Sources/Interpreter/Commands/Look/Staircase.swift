import GraphIR
import Quantization

/// The curves of a quantizer over a part of the number line.
struct Staircase {
  private let parameters: QuantizationParameters
  /// Codes whose steps are drawn.
  private let codes: ClosedRange<Int>
  /// Steps that are drawn beyond the ends of the codes; 0 where the grid may go on there.
  private let margin: Double

  /// The whole grid, and a sixth of it beyond each end.
  init(_ parameters: QuantizationParameters) {
    self.parameters = parameters
    codes = parameters.grid.minimum...parameters.grid.maximum
    margin = max(Double(parameters.grid.levels) / 6, 1)
  }

  /// So many codes on each side of one that stands for a value.
  init(_ parameters: QuantizationParameters, around value: Float, reach: Int) {
    self.parameters = parameters
    let code = Int(parameters.code(of: value))
    let grid = parameters.grid
    codes = max(code - reach, grid.minimum)...min(code + reach, grid.maximum)
    margin = 0
  }

  /// Flat steps with a jump half way between two points of the grid.
  func curve(_ title: String) -> Curve {
    var points = margin > 0 ? [point(at: first)] : []
    for code in codes {
      let height = Double(parameters.value(of: Int32(code)))
      points.append(Curve.Point(x: place(Double(code) - 0.5), y: height))
      points.append(Curve.Point(x: place(Double(code) + 0.5), y: height))
    }
    if margin > 0 { points.append(point(at: last)) }
    return Curve(
      title: title, xLabel: "value in", yLabel: "value out",
      series: [Curve.Series(name: "fake-quantized", points: points)])
  }

  /// What of a gradient passes back at each value: all inside the grid, none where values are clipped.
  func gradient(_ title: String) -> Curve {
    let edges = [Double(parameters.grid.minimum) - 0.5, Double(parameters.grid.maximum) + 0.5].map(place)
    let sides = [first, edges[0], edges[1], last]
    let points = zip(sides, sides.dropFirst()).flatMap { low, high in
      let passes = parameters.passesGradient(at: Float((low + high) / 2))
      return [low, high].map { Curve.Point(x: $0, y: passes ? 1 : 0) }
    }
    return Curve(
      title: title, xLabel: "value in", yLabel: "gradient back",
      series: [Curve.Series(name: "gradient", points: points)])
  }

  private var first: Double { place(Double(codes.lowerBound) - 0.5 - margin) }
  private var last: Double { place(Double(codes.upperBound) + 0.5 + margin) }

  /// The real number at a position on the grid.
  private func place(_ position: Double) -> Double {
    (position - Double(parameters.zeroPoint)) * Double(parameters.scale)
  }

  private func point(at value: Double) -> Curve.Point {
    Curve.Point(x: value, y: Double(parameters.fakeQuantized(Float(value))))
  }
}
