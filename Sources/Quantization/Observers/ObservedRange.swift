/// Least and greatest value that an observer saw; both are in the unit of the values.
package struct ObservedRange: Hashable, Sendable, Codable {
  package var minimum: Float
  package var maximum: Float

  package init(minimum: Float, maximum: Float) {
    self.minimum = minimum
    self.maximum = maximum
  }

  /// The range of no values: +∞ to −∞, which any value extends.
  package static let empty = ObservedRange(minimum: .infinity, maximum: -.infinity)

  package var isEmpty: Bool { !(minimum <= maximum) }

  /// The range that holds both.
  package func union(_ other: ObservedRange) -> ObservedRange {
    ObservedRange(minimum: min(minimum, other.minimum), maximum: max(maximum, other.maximum))
  }

  /// m + c·(b − m) for both ends, rounded as PyTorch does: product, then sum.
  package func moved(towards batch: ObservedRange, by averaging: Float) -> ObservedRange {
    ObservedRange(
      minimum: minimum + averaging * (batch.minimum - minimum),
      maximum: maximum + averaging * (batch.maximum - maximum))
  }

  /// Takes in a value; NaN is passed over, so that one broken element doesn't erase a range.
  mutating func extend(by value: Float) {
    if value < minimum { minimum = value }
    if value > maximum { maximum = value }
  }
}

/// What shares one scale and zero point.
package enum ObservedGranularity: Hashable, Sendable, Codable {
  case perTensor
  /// One range for each index along this axis of the shape.
  case perChannel(axis: Int)
}

/// The ranges of row-major values of a shape: one for the tensor, or one a channel.
package func measureRanges(
  _ values: UnsafeBufferPointer<Float>, shape: [Int], granularity: ObservedGranularity
) -> [ObservedRange] {
  precondition(shape.reduce(1, *) == values.count, "the shape doesn't fit the values")
  switch granularity {
  case .perTensor: return [range(of: values[...])]
  case .perChannel(let axis):
    let channels = shape[axis]
    let inner = shape[(axis + 1)...].reduce(1, *)
    var ranges = Array(repeating: ObservedRange.empty, count: channels)
    for block in 0..<(inner == 0 ? 0 : values.count / inner) {
      let channel = block % channels
      ranges[channel] = ranges[channel].union(range(of: values[block * inner..<(block + 1) * inner]))
    }
    return ranges
  }
}

private func range(of values: Slice<UnsafeBufferPointer<Float>>) -> ObservedRange {
  let values = UnsafeBufferPointer(rebasing: values)
  var range = ObservedRange.empty
  for value in values { range.extend(by: value) }
  return range
}
