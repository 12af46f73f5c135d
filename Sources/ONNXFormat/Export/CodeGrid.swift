import GraphIR

/// A grid as a file has it: the type of its codes saturates by itself, and may reach further than the grid.
struct CodeGrid {
  var scale: Float
  var zeroPoint: Int
  /// Bounds of the grid, in codes of the file.
  var minimum, maximum: Int
  var signed: Bool

  var leastCode: Int { signed ? -128 : 0 }
  var greatestCode: Int { signed ? 127 : 255 }

  init(_ grid: QuantizationParameters, of layer: String, for target: ExportTarget) throws(ExportError) {
    signed = target.hasSignedCodes
    let shift = signed ? 128 : 0
    scale = grid.scale
    zeroPoint = Int(grid.zeroPoint) - shift
    (minimum, maximum) = (grid.grid.minimum - shift, grid.grid.maximum - shift)
    guard !signed || zeroPoint == 0 else {
      // A grid from 0 on would take codes that signed bytes have no room for.
      if grid.zeroPoint == 0, grid.grid.maximum > 127 {
        throw .wideCodes(layer: layer, maximum: grid.grid.maximum)
      }
      throw .zeroPoint(layer: layer, zeroPoint: Int(grid.zeroPoint))
    }
  }

  /// The least and the greatest code that is left after a rectifier, and after the grid's own bounds.
  func bounds(_ rectifier: Rectifier?) -> ClosedRange<Int> {
    guard let rectifier else { return minimum...maximum }
    let steps = (rectifier.ceiling / scale).rounded(.toNearestOrEven)
    let ceiling = steps.isFinite && steps < 1024 ? zeroPoint + Int(steps) : maximum
    let least = max(minimum, min(zeroPoint, maximum))
    return least...max(least, min(maximum, ceiling))
  }

  /// The value that a code stands for.
  func value(_ code: Int) -> Float { Float(code - zeroPoint) * scale }
}
