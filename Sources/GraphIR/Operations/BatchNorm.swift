/// Batch normalisation over batch and plane, one mean and variance a channel.
///
/// Parameters: `NAME.weight` (γ), `NAME.bias` (β), `NAME.running_mean`, `NAME.running_var`, each [channels].
/// Running variance is the unbiased one, moved by `momentum`, as in PyTorch.
package struct BatchNorm: Hashable, Sendable, Codable {
  package var channels: Int
  package var epsilon: Float
  package var momentum: Float
  /// Grid that the factors γ/√(v + ε) of a batch norm that stands alone are rounded to, one scale a channel; nil in a
  /// float layer, and where the norm is folded into the layer before it.
  package var weightGrid: QuantizationGrid?

  package init(channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1) {
    self.channels = channels
    self.epsilon = epsilon
    self.momentum = momentum
  }
}

extension BatchNorm: OperationTraits {
  package var shortName: String { "bn" }
  package var words: String { "batch norm" }
  package var role: GroupRole { .norm }
  package var parameterCount: Int { 2 * channels }
  package var isPossible: Bool {
    Possible.extents.contains(channels) && epsilon >= 0 && epsilon.isFinite && momentum >= 0 && momentum <= 1
      && weightGrid?.isPossible ?? true
  }
}
