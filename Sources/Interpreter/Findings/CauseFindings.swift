import Training

/// What `why` names as a cause: found by taking it out of a model and measuring what that wins back.
extension FindingKind {
  /// Those that nothing else finds; dead channels are found by runs too.
  static let causes: [FindingKind] = AccuracyCause.allCases.filter { $0 != .deadChannels }.map { cause in
    FindingKind(cause.rawValue, cause.summary)
  }
}

extension AccuracyCause {
  /// What it means, for help.
  fileprivate var summary: String {
    switch self {
    case .normalization: "images are standardised otherwise than the weights were trained for"
    case .zeroedBias: "biases are 0 that the float model has"
    case .deadChannels: FindingKind.deadChannels.summary
    case .stretchedRange: "a range is twice as wide, or as narrow, as its values need, or more so"
    case .spreadChannels: "one scale for outputs whose weights spread widely"
    case .lowBits: "grids of fewer than 8 bits are too coarse"
    case .batchNormStatistics: "batch-norm statistics are not those of the quantized network"
    case .shiftedMeans: "rounding shifts the means of outputs"
    case .rangeChoice: "ranges are not those that keep most"
    case .activationsClip: "activations are cut at the ends of their ranges"
    case .activationsRound: "the steps of activations are too coarse"
    case .weightsRound: "the steps of weights are too coarse"
    case .changedWeights: "the weights before rounding do worse than the float model's on the same grids"
    case .integerArithmetic: "the integers compute otherwise than the fake-quantized form"
    }
  }
}
