import Execution
import Quantization
import Training

/// What an error of the engine says: the node that it is about, where it names one, and a clause.
struct EngineCause {
  var node: String?
  var reason: String

  init(_ error: any Error) {
    switch error {
    case let error as RewriteError: self.init(error)
    case let error as PlanError: self.init(error)
    case TrainingError.nonFiniteLoss, TrainingError.nonFiniteParameter:
      self.init(reason: "its outputs are infinite or not a number before it learns")
    default: self.init(reason: "\(error)")
    }
  }

  private init(reason: String) { self.reason = reason }

  private init(_ error: RewriteError) {
    switch error {
    case .missingParameter(let name):
      node = EngineCause.owner(of: name)
      reason = "its parameter \(name) is missing"
    case .unobserved(let name):
      node = EngineCause.owner(of: name)
      reason = "the range of its values was never observed"
    case .noIntegerKernel(let name, let why), .misfit(let name, let why):
      node = name
      reason = why
    }
  }

  private init(_ error: PlanError) {
    switch error {
    case .parameterMismatch(let name, let expected, let found):
      node = EngineCause.owner(of: name)
      reason =
        "its parameter \(name) has the shape \(found.map { "\($0)" } ?? "of nothing") instead of \(expected)"
    case .unsupported(let name, let why):
      node = name
      reason = why
    case .unsupportedPrecision(let precision):
      reason = "this processor can't train in \(precision.rawValue)"
    case .library(let error): reason = "\(error)"
    }
  }

  /// "layer1.0.bn2" of "layer1.0.bn2.weight".
  private static func owner(of parameter: String) -> String {
    parameter.split(separator: ".").dropLast().joined(separator: ".")
  }
}
