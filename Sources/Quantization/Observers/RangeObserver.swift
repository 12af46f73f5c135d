package import GraphIR

/// Looks at batches of values and says which range a grid should cover.
package protocol RangeObserver: Sendable {
  /// Looks at row-major values of a shape.
  mutating func observe(_ values: UnsafeBufferPointer<Float>, shape: [Int])

  /// The range that a grid should cover: one, or one a channel; empty before the first batch.
  func ranges(on grid: QuantizationGrid) -> [ObservedRange]
}

extension RangeObserver {
  /// Scale and zero point on a grid, one or one a channel; empty before the first batch.
  package func parameters(on grid: QuantizationGrid) -> [QuantizationParameters] {
    ranges(on: grid).map { chooseQuantizationParameters(minimum: $0.minimum, maximum: $0.maximum, grid: grid) }
  }
}
