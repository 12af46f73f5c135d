/// A stretch of a cell's text, in UTF-8 offsets; the upper bound is not part of it.
package struct SourceRange: Hashable, Sendable, Codable {
  package var lowerBound: Int
  package var upperBound: Int

  package init(lowerBound: Int, upperBound: Int) {
    self.lowerBound = lowerBound
    self.upperBound = upperBound
  }

  package init(_ bounds: Range<Int>) {
    self.init(lowerBound: bounds.lowerBound, upperBound: bounds.upperBound)
  }

  /// True where the range marks a place between two characters.
  package var isEmpty: Bool { upperBound <= lowerBound }

  /// The smallest range that holds this one and the other.
  package func joined(with other: SourceRange) -> SourceRange {
    SourceRange(
      lowerBound: min(lowerBound, other.lowerBound), upperBound: max(upperBound, other.upperBound))
  }
}
