package import GraphIR

/// Keeps the least and the greatest value of all that it saw.
package struct MinMaxObserver: RangeObserver, Hashable, Codable {
  package let granularity: ObservedGranularity
  /// One range, or one a channel; empty before the first batch.
  package private(set) var ranges: [ObservedRange] = []

  package init(granularity: ObservedGranularity = .perTensor) {
    self.granularity = granularity
  }

  /// Looks at row-major values of a shape; the number of channels must stay the same from batch to batch.
  package mutating func observe(_ values: UnsafeBufferPointer<Float>, shape: [Int]) {
    let batch = measureRanges(values, shape: shape, granularity: granularity)
    guard !ranges.isEmpty else {
      ranges = batch
      return
    }
    precondition(batch.count == ranges.count, "the number of channels changed")
    for index in ranges.indices { ranges[index] = ranges[index].union(batch[index]) }
  }

  /// The ranges as they are, whatever the grid.
  package func ranges(on grid: QuantizationGrid) -> [ObservedRange] { ranges }
}
