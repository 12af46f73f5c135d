import Datasets
import Execution
import Language
import Quantization
import Text
import Training

/// Whole numbers that every number in a cell can tell apart.
let seedRange = 0...((1 << 53) - 1)

extension Keyword {
  private static let standard = TrainingRecipe()
  private static let quantization = QuantizationRecipe()

  static let epochs = Keyword(
    "epochs", .count(1...10_000), otherwise: "3 for train, 2 for qat", example: "3",
    "passes over the training images")
  static let batch = Keyword(
    "batch", .count(1...65_536), otherwise: "\(standard.batchSize)", example: "128", "images in a step")
  static let learningRate = Keyword(
    "lr", .either([.real(.above(0)), .choice([automaticRate])]),
    otherwise: "\(plain(standard.learningRate)) for train, a tenth of the start's for qat", example: "1e-3",
    "learning rate, the largest of the schedule; auto finds it in a short sweep first, as lr-find does")
  /// A rate that a sweep is to find.
  static let automaticRate = Choice("auto", "found by a sweep before the first step")
  static let schedule = Keyword(
    "schedule",
    .choice([
      Choice("one-cycle", "up to lr, then down to nearly zero"),
      Choice("cosine", "from lr to zero along half a cosine"), Choice("constant", "lr all the time"),
    ]), otherwise: "one-cycle for train, cosine for qat", example: "cosine", "course of the learning rate")
  static let optimizer = Keyword(
    "optimizer",
    .choice([
      Choice("adam", "moments of the gradient; decay is L2"),
      Choice("adamw", "as adam, with decay apart from the gradient, and of weights alone"),
      Choice("sgd", "gradient descent with momentum; decay is L2"),
    ]),
    otherwise: standard.optimizer.rawValue, example: "adam", "rule of the update")
  static let momentum = Keyword(
    "momentum", .real(RealRange(lower: 0, upper: 0.9999, includesLower: true)),
    otherwise: plain(standard.momentum), example: "0.9", "momentum of sgd")
  static let decay = Keyword(
    "decay", .real(.closed(0, 1)),
    otherwise: "\(plain(TrainingRecipe.Optimizer.adam.usualDecay)); "
      + "\(plain(TrainingRecipe.Optimizer.adamW.usualDecay)) with adamw",
    example: "1e-4",
    "adam, sgd: times each parameter, added to its gradient (L2); adamw: lr times it is the share of a weight that a "
      + "step takes off, and biases and batch norm have none")
  static let boundDecay = Keyword(
    "bound-decay", .real(.closed(0, 1)), otherwise: plain(quantization.boundDecay), example: "0.01",
    "of scheme pact: the decay of each clipping bound, λ, which draws it in")
  static let runSeed = Keyword(
    "seed", .count(seedRange), otherwise: "the session's", example: "7",
    "seed of first weights, order and augmentation")
  static let observerFreeze = Keyword(
    "observer-freeze", .real(.closed(0, 1)), otherwise: "two thirds", example: "0.7",
    "share of the steps after which activation ranges stay")
  static let batchNormFreeze = Keyword(
    "batchnorm-freeze", .real(.closed(0, 1)), otherwise: plain(quantization.batchNormFreeze), example: "0.5",
    "share of the steps after which batch-norm statistics stay")

  static let keepBest = Keyword(
    "keep best", .flag, otherwise: "the last epoch's weights",
    "end with the weights of the best epoch, by the validation images or, without them, by half of the test images"
  )
  static let stopEarly = Keyword(
    "stop-early", .count(1...10_000), otherwise: "all epochs", example: "2",
    "end after so many epochs in a row that were no better, by the same images")

  /// Options of every kind of run.
  static let recipe: [Keyword] = [
    .epochs, .learningRate, .headRate, .batch, .schedule, .optimizer, .momentum, .decay, .freeze, .keepBest,
    .stopEarly, .runSeed,
  ]
}

extension TrainingRecipe {
  /// Puts what was written in the place of defaults.
  mutating func apply(_ arguments: Arguments) {
    if let value = arguments.count(.epochs) { epochs = value }
    if let value = arguments.count(.batch) { batchSize = value }
    if let value = arguments.real(.learningRate) { learningRate = value }
    if let value = arguments.word(.schedule).flatMap({ Schedule(rawValue: $0.text) }) { schedule = value }
    if let value = arguments.word(.optimizer).flatMap({ Optimizer(rawValue: $0.text) }) { optimizer = value }
    if let value = arguments.real(.momentum) { momentum = value }
    weightDecay = arguments.real(.decay) ?? optimizer.usualDecay
    if let value = arguments.count(.runSeed) { seed = UInt64(value) }
    if arguments.has(.keepBest) || arguments.has(.stopEarly) {
      selection = EpochSelection(
        keepsBest: arguments.has(.keepBest), patience: arguments.count(.stopEarly))
    }
  }

  /// Lowers a batch that the data can't fill; returns what there is to say of one that was written.
  mutating func fitBatch(to data: ChosenData, _ arguments: Arguments) -> [String] {
    let count = data.dataset.training.count
    guard batchSize > count else { return [] }
    batchSize = count
    return arguments.has(.batch) ? ["batch \(count): all the training images that there are"] : []
  }

  /// Every setting with its value that does not go without saying, in the order in which they are shown and stored.
  var settings: [(name: String, value: String)] {
    var settings = [
      (Keyword.epochs.name, "\(epochs)"), (Keyword.batch.name, "\(batchSize)"),
      (Keyword.learningRate.name, plain(learningRate)), (Keyword.schedule.name, schedule.rawValue),
      (Keyword.optimizer.name, optimizer.rawValue),
    ]
    if let headLearningRate { settings.append((Keyword.headRate.name, plain(headLearningRate))) }
    if let frozen {
      settings.append(
        (Keyword.freeze.name, frozen.count == 1 ? frozen[0] : "(\(frozen.joined(separator: ", ")))"))
    }
    if optimizer == .sgd { settings.append((Keyword.momentum.name, plain(momentum))) }
    settings += [(Keyword.decay.name, plain(weightDecay)), (Keyword.runSeed.name, "\(seed)")]
    if selection?.keepsBest == true { settings.append((Keyword.keepBest.name, "")) }
    if let patience = selection?.patience { settings.append((Keyword.stopEarly.name, "\(patience)")) }
    if precision != .float32 { settings.append((Keyword.precision.name, precision.rawValue)) }
    if augments { settings.append((Keyword.augment.name, "on")) }
    if let jitter { settings.append((Keyword.jitter.name, plain(jitter))) }
    if let quantization {
      settings += quantization.gridSettings
      if quantization.policy.scheme == .clippedActivation {
        settings.append((Keyword.boundDecay.name, plain(quantization.boundDecay)))
      }
      settings += [
        (Keyword.observerFreeze.name, shortened(quantization.observerFreeze)),
        (Keyword.batchNormFreeze.name, shortened(quantization.batchNormFreeze)),
      ]
      if let calibration = quantization.calibration {
        settings += [
          (Keyword.calibration.name, "\(calibration.batches)"),
          (Keyword.observer.name, calibration.observer.name),
        ]
      }
    }
    if !distillation.isEmpty { settings.append(("with", distillation.map(\.words).joined(separator: ", "))) }
    return settings
  }

  /// The settings on one line: "epochs 3, batch 128, lr 0.003, …".
  var words: String { settings.map { written($0.name, $0.value) }.joined(separator: ", ") }

  /// What decay does in this run, which depends on the optimizer; nil where there is none.
  var decayNote: String? {
    guard weightDecay > 0 else { return nil }
    let decay = "\(Keyword.decay.name) \(plain(weightDecay)): "
    return switch optimizer {
    case .adam:
      decay
        + "L2 of every weight, bias, γ and β, which adam divides by the gradient's size with all the rest "
        + "(optimizer adamw takes it apart, and of weights alone)"
    case .sgd: decay + "L2, added to the gradient of every weight, bias, γ and β"
    case .adamW:
      decay + "each step takes lr · \(plain(weightDecay)) off every weight; biases and batch norm have none"
    }
  }
}

extension QuantizationRecipe {
  /// The policy's settings, with the ladder in the place of the width that it ends at.
  fileprivate var gridSettings: [(name: String, value: String)] {
    guard let ladder else { return policy.settings }
    let widths = ladder.widths.map { "\($0)" }.joined(separator: ", ")
    return [(Keyword.ladder.name, "(\(widths))")] + policy.settings.filter { $0.name != Keyword.bits.name }
  }
}

/// A fraction with three decimals at the most.
private func shortened(_ value: Double) -> String { plain((value * 1000).rounded() / 1000) }
