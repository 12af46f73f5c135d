/// max(x, 0), for `relu6` cut at 6 too.
package enum Activation: String, Hashable, Sendable, Codable {
  case relu, relu6

  /// Largest value that the activation lets through.
  package var ceiling: Float { self == .relu6 ? 6 : .infinity }
}
