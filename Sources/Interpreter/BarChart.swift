/// Named estimates one below the other, each a bar from 0 with its interval.
package struct BarChart: Sendable, Codable, Equatable {
  package struct Bar: Sendable, Codable, Equatable {
    package var name: String
    package var value: Double
    /// Ends of its interval; nil of a value that is exact.
    package var low: Double?
    package var high: Double?
    /// What chance alone may have made.
    package var isFaint: Bool

    package init(name: String, value: Double, low: Double? = nil, high: Double? = nil, isFaint: Bool = false)
    {
      self.name = name
      self.value = value
      self.low = low
      self.high = high
      self.isFaint = isFaint
    }
  }

  package var title: String
  package var valueLabel: String
  package var bars: [Bar]
  /// The first format of saved results that has it, as of metrics.
  package var since: Int?

  package init(title: String, valueLabel: String, bars: [Bar], since: Int? = nil) {
    self.title = title
    self.valueLabel = valueLabel
    self.bars = bars
    self.since = since
  }

  /// What the axis spans: 0, every value and every end of an interval; nil without a finite bar.
  package var span: ClosedRange<Double>? {
    let ends = bars.flatMap { [$0.value, $0.low ?? $0.value, $0.high ?? $0.value] }.filter(\.isFinite)
    guard let least = ends.min(), let most = ends.max() else { return nil }
    let (low, high) = (min(least, 0), max(most, 0))
    return low < high ? low...high : 0...1
  }

  /// The bars that can be drawn.
  package var finite: [Bar] { bars.filter { $0.value.isFinite } }
}
