/// One way to move the parameters against their gradient.
package enum OptimizerKind: Hashable, Sendable {
  /// torch.optim.SGD's momentum.
  case sgd(momentum: Double)
  case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
  /// Adam with decoupled decay, as torch.optim.AdamW on weights alone.
  case adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)

  var moments: Int {
    switch self {
    case .sgd: 1
    case .adam, .adamW: 2
    }
  }

  /// True where decay shrinks a parameter beside its step, instead of being a part of the gradient.
  var decouplesDecay: Bool {
    switch self {
    case .sgd, .adam: false
    case .adamW: true
    }
  }
}

/// How far one update moves the parameters.
package struct UpdateRates: Sendable {
  package var learningRate: Double
  /// Weight decay, of what depends on the optimizer.
  ///
  /// SGD and Adam: L2, added to the gradient of weights, biases, γ and β. AdamW: the share of a weight, times the
  /// learning rate, that each update takes off; biases, γ and β have none.
  package var decay: Double
  /// Learning rate of trained ranges (LSQ's scales, PACT's α), as a multiple of the others'.
  package var rangeFactor: Double
  /// Learning rate of the last layer, where it has its own, as a multiple of the others'.
  package var headFactor: Double
  /// PACT's λ, the decay of α, which draws the bounds in: L2 or decoupled as the optimizer has it.
  package var boundDecay: Double

  package init(
    learningRate: Double, decay: Double = 0, headFactor: Double = 1, rangeFactor: Double = 1,
    boundDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.headFactor = headFactor
    self.decay = decay
    self.rangeFactor = rangeFactor
    self.boundDecay = boundDecay
  }
}
