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

extension FakeQuantize: OperationTraits {
  package var shortName: String { "quantize" }
  package var words: String { "fake quantize " + grid.words }
  package var role: GroupRole { .fakeQuantize }
  package var isPossible: Bool { grid.isPossible && averaging >= 0 && averaging <= 1 }
}
