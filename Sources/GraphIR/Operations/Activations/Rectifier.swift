/// max(x, 0), for `relu6` cut at 6 too.
package enum Rectifier: String, Hashable, Sendable, Codable {
  case relu, relu6

  /// Largest value that it lets through.
  package var ceiling: Float {
    switch self {
    case .relu: .infinity
    case .relu6: 6
    }
  }

  package func value(at x: Float) -> Float { min(max(x, 0), ceiling) }

  var form: ActivationForm {
    switch self {
    case .relu: ActivationForm(name: rawValue, summary: "max(x, 0)") { _ in .relu }
    case .relu6: ActivationForm(name: rawValue, summary: "max(x, 0), cut at 6") { _ in .relu6 }
    }
  }
}
