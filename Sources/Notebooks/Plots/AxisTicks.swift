import Glibc
import Text

/// Values along an axis at steps of 1, 2 or 5 times a power of ten, with their labels.
struct AxisTicks: Equatable {
  struct Tick: Equatable {
    var value: Double
    var label: String
  }

  private(set) var ticks: [Tick]
  /// The power of ten by which labels are to be multiplied; 0 for plain numbers.
  private(set) var exponent: Int

  /// About `count` steps within the range, which is finite and not empty.
  ///
  /// `reaching` takes in the ticks just outside. `whole` keeps to whole numbers.
  init(_ range: ClosedRange<Double>, count: Int, reaching: Bool = false, whole: Bool = false) {
    // Halves keep the difference of huge bounds finite.
    let rough = (range.upperBound / 2 - range.lowerBound / 2) / Double(count) * 2
    let step = RoundStep(atLeast: whole ? max(rough, 1) : rough)
    // A bound that is off a tick by rounding alone counts as on it.
    let (low, high) = (step.count(in: range.lowerBound), step.count(in: range.upperBound))
    let slack = 1e-6 + 2e-15 * max(abs(low), abs(high))
    let first = reaching ? floor(low + slack) : ceil(low - slack)
    let last = reaching ? ceil(high - slack) : floor(high + slack)
    let multiples = Self.wholeNumbers(from: first, to: last)
    let values = multiples.map(step.value(of:))
    let greatest = values.filter(\.isFinite).map { abs($0) }.max() ?? 0
    let power = greatest > 0 ? wholePower(log10(greatest) + 1e-12) : 0
    exponent = power >= 6 || power < -3 ? power : 0
    ticks = []
    for (multiple, value) in zip(multiples, values) where value.isFinite {
      ticks.append(Tick(value: value, label: step.label(of: multiple, exponent: exponent)))
    }
  }

  /// Those between two whole numbers, both included; none where there would be too many, or steps of 1 are lost.
  private static func wholeNumbers(from first: Double, to last: Double) -> [Int] {
    guard first <= last, last - first < 100, max(abs(first), abs(last)) < 0x1p53,
      let low = Int(exactly: first), let high = Int(exactly: last)
    else { return [] }
    return Array(low...high)
  }

  /// "", or " ×10⁻⁵" to stand behind the axis's name.
  var factor: String { exponent == 0 ? "" : " ×10" + superscript(exponent) }
}

/// A step of 1, 2 or 5 times a power of ten.
private struct RoundStep {
  let digit: Int
  let power: Int

  init(atLeast rough: Double) {
    let size = rough > 0 && rough.isFinite ? rough : 1
    let power = wholePower(log10(size))
    let share = size / tenToThe(power)
    (digit, self.power) =
      share <= 1.0001
      ? (1, power) : share <= 2.0001 ? (2, power) : share <= 5.0001 ? (5, power) : (1, power + 1)
  }

  /// How many steps the value is from 0.
  func count(in value: Double) -> Double { value / tenToThe(power) / Double(digit) }

  /// A whole quotient of powers is the nearest number to its decimal spelling, a product of parts isn't.
  func value(of multiple: Int) -> Double {
    let whole = Double(multiple * digit)
    return power < 0 && power > -300 ? whole / tenToThe(-power) : whole * tenToThe(power)
  }

  /// The tick's value over ten to the exponent, in exact decimals.
  func label(of multiple: Int, exponent: Int) -> String {
    decimal(multiple * digit, shiftedBy: power - exponent)
  }
}

/// The whole number at or below the logarithm of a finite number, which is a small one.
private func wholePower(_ logarithm: Double) -> Int { Int(exactly: floor(logarithm)) ?? 0 }

private func tenToThe(_ power: Int) -> Double { pow(10, Double(power)) }

/// A whole number times a power of ten, written out with commas between thousands: "−0.25", "10,000".
private func decimal(_ number: Int, shiftedBy power: Int) -> String {
  guard number != 0 else { return "0" }
  let sign = number < 0 ? "−" : ""
  let digits = String(number.magnitude)
  if power >= 0 { return sign + grouped(digits: digits + String(repeating: "0", count: power)) }
  let filled = String(repeating: "0", count: max(0, 1 - power - digits.count)) + digits
  return sign + grouped(digits: String(filled.dropLast(-power))) + "." + filled.suffix(-power)
}

/// A whole number in raised digits.
func superscript(_ number: Int) -> String {
  let raised = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
  return (number < 0 ? "⁻" : "")
    + String(String(number.magnitude).compactMap { $0.wholeNumberValue.map { raised[$0] } })
}

/// A number in at most four significant digits for a sentence or a legend: "2.303", "−0.0125", "1.2×10⁻⁵".
func figure(_ value: Double) -> String {
  guard value.isFinite else { return value.isNaN ? "not a number" : value < 0 ? "−∞" : "∞" }
  guard value != 0 else { return "0" }
  let power = wholePower(log10(abs(value)))
  if power >= 6 || power < -4 {
    // A subnormal's power of ten can't be divided by in one go.
    let mantissa = value / tenToThe(power / 2) / tenToThe(power - power / 2)
    return rounded(mantissa, decimals: 2) + "×10" + superscript(power)
  }
  return rounded(value, decimals: max(0, 3 - power))
}

/// A number of moderate size without zeros at its end.
private func rounded(_ value: Double, decimals: Int) -> String {
  var number = Int(exactly: (value * tenToThe(decimals)).rounded()) ?? 0
  var decimals = decimals
  while decimals > 0, number % 10 == 0 { (number, decimals) = (number / 10, decimals - 1) }
  return decimal(number, shiftedBy: -decimals)
}
