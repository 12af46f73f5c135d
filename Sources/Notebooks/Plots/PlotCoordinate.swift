/// A coordinate in units of the picture, to a hundredth: "12", "12.5", "12.25".
func coordinate(_ value: Double) -> String {
  let hundredths = Int(exactly: (min(max(value, -1e6), 1e6) * 100).rounded()) ?? 0
  let (whole, rest) = (hundredths.magnitude / 100, hundredths.magnitude % 100)
  let sign = hundredths < 0 ? "-" : ""
  if rest == 0 { return "\(sign)\(whole)" }
  return "\(sign)\(whole)." + (rest % 10 == 0 ? "\(rest / 10)" : (rest < 10 ? "0" : "") + "\(rest)")
}
