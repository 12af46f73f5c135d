/// A number as it would be typed: "0.003", "128", "1e-05".
package func plain(_ value: Double) -> String {
  if abs(value) < 1e15, let whole = Int(exactly: value) { return String(whole) }
  return "\(value)"
}

/// A tenth, shifted in decimal, so that a tenth of 0.003 is 0.0003 and not its neighbour.
package func tenth(of value: Double) -> Double {
  let parts = "\(value)".split(separator: "e", maxSplits: 1)
  let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
  return Double("\(parts[0])e\(exponent - 1)") ?? value / 10
}

/// A number with a fixed count of decimals, rounded half away from zero: `fixed(0.1266, 2)` is "0.13".
package func fixed(_ value: Double, _ decimals: Int) -> String { Numeral(value, decimals: decimals).text }

/// The digits of a decimal number without zeros at the end of its fraction.
package func trimmed(_ text: String) -> String {
  guard text.contains(".") else { return text }
  let kept = text.reversed().drop { $0 == "0" }
  return String(kept.first == "." ? String(kept.dropFirst().reversed()) : String(kept.reversed()))
}

/// A number with its sign also where it is positive: "+0.78", "-0.78", "0.00".
package func signed(_ value: Double, _ decimals: Int) -> String {
  Numeral(signed: value, decimals: decimals).text
}

/// A whole number with commas between thousands: "10,000".
package func grouped(_ value: Int) -> String { Numeral(grouped: value).text }

/// Digits with commas between thousands, from four digits on.
package func grouped(digits: String) -> String {
  let start = digits.count % 3
  return digits.enumerated().map { index, digit in
    (index > 0 && index % 3 == start ? "," : "") + String(digit)
  }.joined()
}

/// A fraction as a percentage: "90.12 %".
package func percentage(_ fraction: Double, _ decimals: Int = 2) -> String {
  Numeral(percentage: fraction, decimals: decimals).text
}

/// Three digits that count: "0.04", "7.71", "40.0", "312".
package func threeDigits(_ value: Double) -> String { Numeral(threeDigits: value).text }

/// Bytes in decimal units: "44.8 MB", "812 bytes".
package func byteCount(_ bytes: Double) -> String { Numeral(bytes: bytes).text }

/// Parameters in a network: "11.18 M", "18,816", "4.35 G".
package func parameterCount(_ count: Int) -> String {
  if count < 1_000_000 { return grouped(count) }
  return count < 1_000_000_000
    ? fixed(Double(count) / 1e6, 2) + " M" : fixed(Double(count) / 1e9, 2) + " G"
}

/// "1 epoch", "3 epochs".
package func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  grouped(count) + " " + (count == 1 ? noun : plural ?? noun + "s")
}

/// Names in a sentence: "a", "a and b", "a, b and c".
package func sentence(_ names: [String], _ conjunction: String = "and") -> String {
  guard names.count > 1, let last = names.last else { return names.first ?? "" }
  return names.dropLast().joined(separator: ", ") + " " + conjunction + " " + last
}

/// A number of any size with three digits that count: "0.0312", "1.72e-05".
package func significant(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return plain(value) }
  let size = abs(value)
  if size >= 0.001, size < 1e6 { return size >= 1 ? threeDigits(value) : fixed(value, size < 0.0995 ? 4 : 3) }
  var exponent = 0
  var rest = value
  while abs(rest) < 1 { (rest, exponent) = (rest * 10, exponent - 1) }
  while abs(rest) >= 10 { (rest, exponent) = (rest / 10, exponent + 1) }
  return fixed(rest, 2) + "e\(exponent)"
}
