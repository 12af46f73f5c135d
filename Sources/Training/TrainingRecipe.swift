package import Execution
package import GraphIR
package import Quantization

/// How a run trains: everything that decides its result besides model and data.
package struct TrainingRecipe: Hashable, Sendable, Codable {
  package enum Optimizer: String, Sendable, Codable, CaseIterable {
    case adam
    case adamW = "adamw"
    case sgd

    /// Decay of a run that names none: torch.optim's.
    package var usualDecay: Double {
      switch self {
      case .adam, .sgd: 0
      case .adamW: 0.01
      }
    }
  }
  package enum Schedule: String, Sendable, Codable, CaseIterable {
    case constant, cosine
    case oneCycle = "one-cycle"
  }

  package var epochs: Int
  package var batchSize: Int
  package var learningRate: Double
  package var schedule: Schedule
  package var optimizer: Optimizer
  /// Used by SGD alone.
  package var momentum: Double
  /// Weight decay, of what depends on the optimizer.
  ///
  /// Adam and SGD: L2, added to the gradient of every weight, bias, γ and β. AdamW: the share of a weight, times the
  /// learning rate, that each step takes off; biases, γ and β have none. Trained ranges have none in either.
  package var weightDecay: Double
  package var seed: UInt64
  /// What convolutions multiply; evaluation is in floats in either.
  package var precision: TrainingPrecision
  /// Random crop with 2 pixels of padding and horizontal flip.
  package var augments: Bool
  /// By how much the colours of augmented images may change; nil leaves them.
  package var jitter: Double?
  package var quantization: QuantizationRecipe?
  package var distillation: [DistillationTerm]
  /// Names of layers that stay as they are with the batch norm behind them, "*" for any text; nil freezes none.
  package var frozen: [String]?
  /// Learning rate of the last layer; nil where it is that of all.
  package var headLearningRate: Double?
  /// Nil where the run goes to its last epoch and ends with that.
  package var selection: EpochSelection?

  package init(
    epochs: Int = 3, batchSize: Int = 128, learningRate: Double = 3e-3, schedule: Schedule = .oneCycle,
    optimizer: Optimizer = .adam, momentum: Double = 0.9, weightDecay: Double = 0, seed: UInt64 = 0,
    precision: TrainingPrecision = .float32, augments: Bool = false, jitter: Double? = nil,
    quantization: QuantizationRecipe? = nil, distillation: [DistillationTerm] = [], frozen: [String]? = nil,
    headLearningRate: Double? = nil, selection: EpochSelection? = nil
  ) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.schedule = schedule
    self.optimizer = optimizer
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.seed = seed
    self.precision = precision
    self.augments = augments
    self.jitter = jitter
    self.quantization = quantization
    self.distillation = distillation
    self.frozen = frozen
    self.headLearningRate = headLearningRate
    self.selection = selection
  }

  /// The layers that stay as they are, and the one with a rate of its own.
  package func tempos(of graph: Graph) -> LayerTempos {
    let rules = (frozen ?? []).map { LayerRule($0, .float(.float32)) }
    return LayerTempos(
      frozen: Set(graph.freezableLayers.filter { name in rules.contains { $0.fits(name) } }),
      head: headLearningRate == nil ? nil : graph.headLayer)
  }
}

extension Graph {
  /// Nodes of a float or fake-quantized network that have parameters.
  package var freezableLayers: [String] {
    nodes.filter { node in
      if case .batchNorm = node.operation { true } else { node.operation.hasWeights }
    }.map(\.name)
  }
}

/// The quantization part of a QAT run.
package struct QuantizationRecipe: Hashable, Sendable, Codable {
  /// Grids of the layers, and how they are found.
  package var policy: QuantizationPolicy
  /// Share of all steps after which activation ranges stay as they are.
  package var observerFreeze: Double
  /// Share of all steps after which batch norm uses its running statistics, and stops moving them.
  package var batchNormFreeze: Double
  /// Learning rate of trained ranges (LSQ's scales, PACT's α) as a multiple of the run's.
  package var rangeLearningRate: Double
  /// PACT's λ: the decay of the clipping bounds α, which draws them in; LSQ's scales have none.
  package var boundDecay: Double
  /// Widths on the way to the policy's, which is the last; nil trains at the policy's from the first step.
  package var ladder: WidthLadder?
  /// Nil lets the ranges of activations start from the first batch.
  package var calibration: RangeCalibration?

  package init(
    policy: QuantizationPolicy = QuantizationPolicy(), observerFreeze: Double = 2.0 / 3,
    batchNormFreeze: Double = 0.5, rangeLearningRate: Double = 1, boundDecay: Double = 1e-4,
    ladder: WidthLadder? = nil, calibration: RangeCalibration? = nil
  ) {
    self.policy = policy
    self.observerFreeze = observerFreeze
    self.batchNormFreeze = batchNormFreeze
    self.rangeLearningRate = rangeLearningRate
    self.boundDecay = boundDecay
    self.ladder = ladder
    self.calibration = calibration
  }
}
