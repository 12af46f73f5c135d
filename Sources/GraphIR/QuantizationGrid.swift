/// The integers of a quantized tensor and how a range is mapped onto them.
package struct QuantizationGrid: Hashable, Sendable, Codable {
  package var minimum: Int
  package var maximum: Int
  /// Symmetric: zero point 0 and the scale from the larger magnitude; else affine.
  package var symmetric: Bool
  package var perChannel: Bool
  /// Scales are powers of two, so that a shift replaces each multiplication.
  package var powerOfTwo: Bool

  package init(
    minimum: Int, maximum: Int, symmetric: Bool, perChannel: Bool = false, powerOfTwo: Bool = false
  ) {
    self.minimum = minimum
    self.maximum = maximum
    self.symmetric = symmetric
    self.perChannel = perChannel
    self.powerOfTwo = powerOfTwo
  }

  /// Greatest magnitude of an integer on the grid.
  package var edge: Int { max(maximum, -minimum) }
  package var levels: Int { maximum - minimum + 1 }
  /// The least width that holds every integer of the grid.
  package var bits: Int { Int.bitWidth - (levels - 1).leadingZeroBitCount }

  var isPossible: Bool {
    minimum < maximum && Possible.codes.contains(minimum) && Possible.codes.contains(maximum)
  }

  var words: String {
    "\(minimum)…\(maximum)" + (symmetric ? " symmetric" : "") + (perChannel ? " per channel" : "")
  }
}

/// real = scale · (integer − zeroPoint), integers on `grid`.
package struct QuantizationParameters: Hashable, Sendable, Codable {
  package var scale: Float
  package var zeroPoint: Int32
  package var grid: QuantizationGrid

  package init(scale: Float, zeroPoint: Int32, grid: QuantizationGrid) {
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.grid = grid
  }

  var isPossible: Bool {
    grid.isPossible && Possible.codes.contains(Int(zeroPoint)) && scale > 0 && scale.isFinite
  }

  var words: String { "\(grid.minimum)…\(grid.maximum), scale \(scale), zero \(zeroPoint)" }
}
