/// A number as it is written: the text, what the text says, and what one in its last digit stands for.
package struct Numeral: Sendable {
  package private(set) var text: String
  /// What the text says, 0.13 of 0.1266 with two decimals; nil where that's no finite number.
  package private(set) var value: Double?
  package private(set) var step: Double

  /// With a fixed count of decimals, rounded half away from zero: 0.1266 with 2 is "0.13".
  package init(_ number: Double, decimals: Int) {
    var power = 1.0
    for _ in 0..<decimals { power *= 10 }
    let scaled = (abs(number) * power).rounded()
    guard number.isFinite, abs(number) < 1e15, let digits = Int(exactly: scaled),
      let whole = Int(exactly: power)
    else {
      self = Numeral(spelling: "\(number)")
      return
    }
    let isNegative = number < 0 && digits > 0
    text = (isNegative ? "-" : "") + String(digits / whole)
    if decimals > 0 {
      let fraction = String(digits % whole)
      text += "." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }
    (value, step) = ((isNegative ? -1 : 1) * (Double(digits) / power), 1 / power)
  }

  /// With three digits that count: "0.04", "7.71", "40.0", "312".
  package init(threeDigits number: Double) {
    self.init(number, decimals: abs(number) < 9.995 ? 2 : abs(number) < 99.95 ? 1 : 0)
  }

  /// With its sign also where it is positive: "+0.78", "-0.78", "0.00".
  package init(signed number: Double, decimals: Int) {
    self.init(number, decimals: decimals)
    if number > 0, value != 0 { text = "+" + text }
  }

  /// With commas between thousands: "10,000".
  package init(grouped number: Int) {
    text = (number < 0 ? "-" : "") + grouped(digits: String(number.magnitude))
    (value, step) = (Double(number), 1)
  }

  /// A fraction as a percentage: "90.12 %".
  package init(percentage fraction: Double, decimals: Int) {
    self = Numeral(100 * fraction, decimals: decimals).followed(by: " %")
    scale(by: 1, over: 100)
  }

  /// Bytes in decimal units: "44.8 MB", "812 bytes".
  package init(bytes: Double) {
    let (factor, sign) =
      bytes < 999.5
      ? (1, " bytes") : bytes < 999.5e3 ? (1e3, " kB") : bytes < 999.5e6 ? (1e6, " MB") : (1e9, " GB")
    let numeral =
      factor == 1 ? Numeral(bytes, decimals: 0) : Numeral(threeDigits: bytes / factor)
    self = numeral.followed(by: sign)
    scale(by: factor, over: 1)
  }

  /// A text as it is, with what it says where it is a number by itself: "0.003", "-5", "1e-05", "1,000".
  package init(spelling text: String) {
    let form = /-?[0-9]+(?:,[0-9]{3})*(?:\.([0-9]+))?(?:e([+-]?[0-9]{1,3}))?/
    let match = text.wholeMatch(of: form)
    let value = match.flatMap { _ in Double(text.filter { $0 != "," }) }
    let exponent = match?.2.flatMap { Int($0) } ?? 0
    self.text = text
    self.value = value.flatMap { $0.isFinite ? $0 : nil }
    step = Double("1e\(exponent - (match?.1?.count ?? 0))") ?? 0
  }

  /// With its unit, or what else stands behind it.
  package func followed(by sign: String) -> Numeral {
    var numeral = self
    numeral.text += sign
    return numeral
  }

  private mutating func scale(by factor: Double, over divisor: Double) {
    value = value.map { $0 * factor / divisor }
    step = step * factor / divisor
  }
}
