package import OneDNN

/// Why a graph can't be planned or run.
package enum PlanError: Error, Equatable {
  case parameterMismatch(name: String, expected: [Int], found: [Int]?)
  case unsupported(node: String, reason: String)
  /// The processor lacks what the precision needs.
  case unsupportedPrecision(TrainingPrecision)
  case library(OneDNNError)
}
