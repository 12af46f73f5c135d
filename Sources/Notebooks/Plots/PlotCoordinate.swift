import Text

/// A coordinate in units of the picture, to a hundredth: "12", "12.5", "12.25".
func coordinate(_ value: Double) -> String {
  value.isNaN ? "0" : trimmed(fixed(min(max(value, -1e6), 1e6), 2))
}
