import Glibc

/// How long the passes of a model run when it is timed.
package enum TimingSeconds {
  /// Variable of the environment that gives another time.
  package static let variable = "QATLAB_TIMING"
  /// Seconds for each model where the environment gives none.
  package static let usual = 0.5
  package static let range = 0.01...60.0

  /// What the environment asks for, within the range; the usual where that is no number.
  package static let asked = parsed(getenv(variable).map { String(cString: $0) })

  package static func parsed(_ text: String?) -> Double {
    guard let seconds = text.flatMap(Double.init), !seconds.isNaN else { return usual }
    return min(max(seconds, range.lowerBound), range.upperBound)
  }
}
