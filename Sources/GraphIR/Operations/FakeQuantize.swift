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
}

/// Where the range of an activation's grid comes from.
package enum RangeMethod: String, Hashable, Sendable, Codable {
  /// From observed values: `OBSERVER.min_val`, `OBSERVER.max_val`, a moving average while training.
  case observed
  /// The scale itself is trained (LSQ: Esser et al. 2020): `OBSERVER.scale`.
  case learnedScale
  /// The upper end is trained (PACT: Choi et al. 2018): `OBSERVER.alpha`.
  case clippedActivation
}

/// Rounds activations to the grid and back, so that training sees the integer model's error.
///
/// State in the parameter set, all of shape [1] and named by `method`, where OBSERVER is `observer`: a node may share
/// another's state (pooling keeps its input's grid). Trained ranges have their zero point at 0.
package struct FakeQuantize: Hashable, Sendable, Codable {
  package var observer: String
  package var grid: QuantizationGrid
  /// Averaging constant c of the moving average m ← m + c·(batch − m).
  package var averaging: Float
  /// False where the node only applies what another node observes.
  package var observes: Bool
  package var method: RangeMethod

  package init(
    observer: String, grid: QuantizationGrid, averaging: Float = 0.01, observes: Bool = true,
    method: RangeMethod = .observed
  ) {
    self.observer = observer
    self.grid = grid
    self.averaging = averaging
    self.observes = observes
    self.method = method
  }
}
