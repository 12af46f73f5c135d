/// Batch normalisation over batch and plane, one mean and variance a channel.
///
/// Parameters: `NAME.weight` (γ), `NAME.bias` (β), `NAME.running_mean`, `NAME.running_var`, each [channels].
/// Running variance is the unbiased one, moved by `momentum`, as in PyTorch.
package struct BatchNorm: Hashable, Sendable, Codable {
  package var channels: Int
  package var epsilon: Float
  package var momentum: Float

  package init(channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1) {
    self.channels = channels
    self.epsilon = epsilon
    self.momentum = momentum
  }
}
