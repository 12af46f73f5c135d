package import GraphIR

/// Moves its range towards each batch's: the first sets it, then m ← m + c·(batch − m).
package struct MovingAverageObserver: RangeObserver, Hashable, Codable {
  package let granularity: ObservedGranularity
  /// The averaging constant c, in 0…1.
  package let averaging: Float
  /// One range, or one a channel; empty before the first batch.
  package private(set) var ranges: [ObservedRange] = []

  package init(granularity: ObservedGranularity = .perTensor, averaging: Float = 0.01) {
    self.granularity = granularity
    self.averaging = averaging
  }

  /// Looks at row-major values of a shape; the number of channels must stay the same from batch to batch.
  ///
  /// A batch without any number in it (empty, or NaN alone) leaves the range as it is.
  package mutating func observe(_ values: UnsafeBufferPointer<Float>, shape: [Int]) {
    let batch = measureRanges(values, shape: shape, granularity: granularity)
    guard !ranges.isEmpty else {
      ranges = batch
      return
    }
    precondition(batch.count == ranges.count, "the number of channels changed")
    for index in ranges.indices where !batch[index].isEmpty {
      ranges[index] =
        ranges[index].isEmpty ? batch[index] : ranges[index].moved(towards: batch[index], by: averaging)
    }
  }

  /// The ranges as they are, whatever the grid.
  package func ranges(on grid: QuantizationGrid) -> [ObservedRange] { ranges }
}
