import Glibc

/// Limits of Student's t, for differences that are kept with a confidence.
enum Quantile {
  /// The t that |T| of so many degrees of freedom stays below with a probability in 0..<1.
  ///
  /// Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 26.7.3 and 26.7.4.
  static func student(degrees: Int, confidence: Double) -> Double {
    var low = 0.0
    var high = 1.0
    while probability(below: high, degrees: degrees) < confidence, high < 1e9 { high *= 2 }
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if probability(below: middle, degrees: degrees) < confidence { low = middle } else { high = middle }
    }
    return high
  }

  /// The same of a normal distribution, whose deviation is known.
  static func normal(confidence: Double) -> Double {
    var low = 0.0
    var high = 40.0
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if erf(middle / 2.0.squareRoot()) < confidence { low = middle } else { high = middle }
    }
    return high
  }

  /// P(|T| < t).
  private static func probability(below t: Double, degrees: Int) -> Double {
    let angle = atan(t / Double(degrees).squareRoot())
    let (sine, cosine) = (sin(angle), cos(angle))
    let isOdd = degrees % 2 == 1
    var term = isOdd ? cosine : 1
    var sum = 0.0
    for step in stride(from: isOdd ? 3 : 2, through: degrees, by: 2) {
      sum += term
      term *= cosine * cosine * Double(step - 1) / Double(step)
    }
    return isOdd ? 2 / Double.pi * (angle + sine * sum) : sine * sum
  }
}
