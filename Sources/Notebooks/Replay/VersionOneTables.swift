/// Tables of files of the first version, which keep of a number only how it is shown.
extension ComparedCell {
  /// A number, a percentage as a fraction, or a number with its unit; else words.
  ///
  /// Nil in a column of durations or speeds.
  init?(versionOne text: String, column: String) {
    guard !Self.measuredColumns.contains(column) else { return nil }
    let parts = TextNumbers(text.hasPrefix("+") ? String(text.dropFirst()) : text)
    guard parts.numbers.count == 1, parts.words[0].isEmpty, let number = parts.numbers.first,
      let unit = Self.units[parts.words[1]]
    else {
      self.init(value: .text(text))
      return
    }
    self.init(
      value: .number(number.value * unit.factor / unit.divisor),
      step: number.step * unit.factor / unit.divisor)
  }

  /// Of `compare`, `runs`, `show plan` and `advise`.
  private static let measuredColumns: Set<String> = [
    "latency", "images/s", "spread", "speed", "training", "time", "share", "seconds",
  ]

  /// What stands behind a number, and what it is worth.
  private static let units: [String: (factor: Double, divisor: Double)] = [
    "": (1, 1), " B": (1, 1), " bytes": (1, 1), " dB": (1, 1), " code": (1, 1), " codes": (1, 1),
    " %": (1, 100), " kB": (1e3, 1), " MB": (1e6, 1), " GB": (1e9, 1),
  ]
}
