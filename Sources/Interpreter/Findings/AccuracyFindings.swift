import Quantization
import Text
import Training

extension FindingKind {
  /// A fall from the start's accuracy by 5 points at least, with 95 % confidence, that low widths don't explain; or one
  /// in the run itself, from its best epoch to its last.
  ///
  /// Five points are more than a further epoch wins back, and five times what `advise` accepts.
  static let accuracyFell = FindingKind(
    "accuracy-fell", "a model has lost much of the accuracy of the one that it was made from"
  ) { evidence in
    let cause = FallCause(evidence)
    if let loss = evidence.surelyLost, cause != .fewBits {
      return Sighting(
        "\(evidence.name) has \(percentage(evidence.accuracy)), \(evidence.start?.name ?? "its start") has "
          + "\(percentage(evidence.startAccuracy ?? 0)): \(loss.words)",
        figure: .init(evidence.name + ".change_points", -100 * loss.loss), cause: cause.words(evidence),
        cells: cause.cells(evidence))
    }
    return fallWithin(evidence)
  }

  /// Weights or activations of so few bits that the network can't do what it did: the same fall, at 4 bits or fewer.
  static let lowBitsCollapse = FindingKind(
    "low-bits-collapse", "with so few bits a network has lost much of its accuracy"
  ) { evidence in
    let cause = FallCause(evidence)
    guard let loss = evidence.surelyLost, cause == .fewBits, let bits = evidence.leastBits else { return nil }
    return Sighting(
      "at \(counted(bits, "bit")) \(evidence.name) has \(percentage(evidence.accuracy)), "
        + "\(evidence.start?.name ?? "its start") has \(percentage(evidence.startAccuracy ?? 0)): \(loss.words)",
      figure: .init(evidence.name + ".change_points", -100 * loss.loss), cause: cause.words(evidence),
      cells: cause.cells(evidence))
  }

  /// An accuracy that is not above that of the commonest class with 95 % confidence, after training from fresh weights.
  ///
  /// Fewer than a hundred test images can't tell: on 64 a network that is right twice as often as by guessing has the
  /// same interval.
  static let noBetterThanGuessing = FindingKind(
    "no-better-than-guessing", "a trained network is right no more often than one that always names one class"
  ) { evidence in
    guard evidence.start == nil, let recipe = evidence.recipe, evidence.labels.count >= 100,
      shareInterval(evidence.accuracy, of: evidence.labels.count).lowerBound <= evidence.guessing
    else { return nil }
    // A hundred steps are what the first falls of a loss take at the usual rate.
    let isShort = evidence.steps < 100
    return Sighting(
      "\(evidence.name) has \(percentage(evidence.accuracy)) on \(counted(evidence.labels.count, "test image")), "
        + "and always naming the commonest class has \(percentage(evidence.guessing))",
      figure: .init(evidence.name + ".accuracy", evidence.accuracy),
      cause: isShort
        ? "it was trained for \(counted(evidence.steps, "step")), which are few for fresh weights"
        : "the steps may have been too large or too small (lr \(plain(recipe.learningRate))); a sweep finds the rate",
      cells: [
        isShort ? evidence.again("epochs", "\(min(recipe.epochs * 4, 10_000))") : nil,
        evidence.again("lr", "auto"),
      ])
  }

  /// From the best epoch to the last: 10 points at least, and three standard errors.
  private static func fallWithin(_ evidence: RunEvidence) -> Sighting? {
    guard let recipe = evidence.recipe, recipe.selection?.keepsBest != true,
      let last = evidence.epochAccuracies.last, let best = evidence.epochAccuracies.max()
    else { return nil }
    let images = Double(max(evidence.labels.count, 1))
    let noise = ((best * (1 - best) + last * (1 - last)) / images).squareRoot()
    guard best - last >= max(0.1, 3 * noise) else { return nil }
    let epoch = (evidence.epochAccuracies.firstIndex(of: best) ?? 0) + 1
    return Sighting(
      "\(evidence.name) had \(percentage(best)) after epoch \(epoch) and ends with \(percentage(last))",
      figure: .init(evidence.name + ".change_points", 100 * (last - best)),
      cause:
        "later steps undid what earlier ones had learned (lr \(plain(recipe.learningRate))): a smaller rate keeps it, "
        + "keep best ends with the best epoch",
      cells: [evidence.again("lr", plain(tenth(of: recipe.learningRate))), evidence.again("keep best", "")])
  }
}

extension RunEvidence {
  /// What was lost, where that is 5 points or more with 95 % confidence.
  fileprivate var surelyLost: PairedDifference? {
    difference.flatMap { $0.interval.lowerBound >= 0.05 ? $0 : nil }
  }
}

/// What a fall most likely comes from.
private enum FallCause: Equatable {
  /// A learning rate of three times the usual one or more.
  case largeRate(usual: Double)
  case training, fewBits, perTensor, rounding

  init(_ evidence: RunEvidence) {
    if let recipe = evidence.recipe {
      let own = evidence.start?.learningRate
      let usual = recipe.quantization == nil ? own : own.map(tenth(of:))
      if let usual, recipe.learningRate >= 3 * usual {
        self = .largeRate(usual: usual)
        return
      }
    }
    if let bits = evidence.leastBits, bits <= 4 {
      self = .fewBits
    } else if evidence.recipe != nil {
      self = .training
    } else {
      self = evidence.hasOneScaleALayer ? .perTensor : .rounding
    }
  }

  func words(_ evidence: RunEvidence) -> String {
    let start = evidence.start?.name ?? "its start"
    let rate = plain(evidence.recipe?.learningRate ?? 0)
    switch self {
    case .largeRate(let usual):
      return
        "lr \(rate) is large for a model that has learned: the steps undo it; usual here is \(plain(usual))"
    case .training:
      return "the steps (lr \(rate)) undid what \(start) had learned faster than they taught"
    case .fewBits:
      let levels = 1 << (evidence.leastBits ?? 2)
      return evidence.recipe == nil
        ? "\(levels) levels are few for a network that never met them: training with them in place adapts it"
        : "\(levels) levels are few, and ranges that only follow the values waste some: learned ones do not"
    case .perTensor:
      return "one scale for all weights of a layer leaves channels with small weights a few codes only"
    case .rounding: return "ranges or scales don't fit its layers; a measurement of each step tells which"
    }
  }

  func cells(_ evidence: RunEvidence) -> [String?] {
    let start = evidence.start?.name ?? ""
    switch self {
    case .largeRate(let usual): return [evidence.again("lr", plain(usual))]
    case .training:
      return [evidence.again("lr", plain(tenth(of: evidence.recipe?.learningRate ?? 3e-3)))]
    case .fewBits:
      guard evidence.recipe != nil else {
        return ["\(evidence.name)-qat = qat from \(start) bits \(evidence.leastBits ?? 4)"]
      }
      let isLearned = evidence.recipe?.quantization?.policy.scheme == .learnedScale
      return [isLearned ? nil : evidence.again("scheme", "lsq"), evidence.again("bits", "8")]
    case .perTensor: return [evidence.statement.without("per-tensor"), "advise \(start)"]
    case .rounding: return ["advise \(start)", "sensitivity \(start)"]
    }
  }
}

extension RunEvidence {
  /// True of a layer's weights that share one scale, as the backend or the user chose.
  fileprivate var hasOneScaleALayer: Bool { postTraining?.policy.perChannelWeights == false }
}

/// Where a share of so many cases lies with 95 % confidence: Wilson's score interval, which holds near 0 and 1 too.
package func shareInterval(_ share: Double, of cases: Int) -> ClosedRange<Double> {
  guard cases > 0 else { return 0...1 }
  let (n, z) = (Double(cases), 1.959_963_985)
  let middle = (share + z * z / (2 * n)) / (1 + z * z / n)
  let half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
  return max(0, min(middle - half, share))...min(1, max(middle + half, share))
}
