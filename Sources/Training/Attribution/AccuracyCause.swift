import GraphIR

/// Where a quantized model's loss of accuracy may come from.
///
/// The order is from the particular to the general: of two whose removal wins back the same, the first is the cause, and
/// the second holds because of it.
package enum AccuracyCause: String, Sendable, Hashable, CaseIterable {
  /// Images are standardised otherwise than the float model's were.
  case normalization
  /// Biases are 0 that are not so in the float model.
  case zeroedBias = "zeroed-bias"
  /// Channels give one value for all images that do not so in the float model.
  case deadChannels = "dead-channels"
  /// A range is twice as wide, or half as wide, as that of the values on it, or more so.
  case stretchedRange = "stretched-range"
  /// One scale for all outputs of a layer whose weights spread widely.
  case spreadChannels = "spread-channels"
  /// Grids of fewer than 8 bits.
  case lowBits = "low-bits"
  /// Batch-norm statistics that are not those of the quantized network.
  case batchNormStatistics = "batch-norm-statistics"
  /// Rounding shifts the means of outputs.
  case shiftedMeans = "shifted-means"
  /// Ranges that another observer would set otherwise.
  case rangeChoice = "range-choice"
  case activationsClip = "activations-clip"
  case activationsRound = "activations-round"
  case weightsRound = "weights-round"
  /// The weights before rounding are others than the float model's.
  case changedWeights = "changed-weights"
  /// The integer model computes otherwise than the fake-quantized one.
  case integerArithmetic = "integer-arithmetic"

  /// Place in the order from the particular to the general.
  var generality: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
}

/// The model with a cause taken out and all else as it is.
struct CauseRemoval {
  var cause: AccuracyCause
  var model: Model
  /// Layers in which it was taken out, the one that matters most first; empty where it is in all.
  var layers: [String] = []
  /// What shows it, in the cause's own unit: a ratio of ranges, a number of channels, of bits, of layers.
  var figure: Double?
  /// Of a range: it is that of the weights, not of the output.
  var isOfWeights = false
  /// Of spread channels: they were scaled between layers, and did not get a scale each.
  var isEqualized = false
}

/// What taking a cause out of a model was measured to win back.
package struct MeasuredCause: Sendable {
  package var cause: AccuracyCause
  package var layers: [String]
  package var figure: Double?
  package var isOfWeights = false
  package var isEqualized = false
  /// What the model with the cause loses against the one without it, on the same images.
  package var cost: PairedDifference
  /// Accuracy without it.
  package var accuracy: Double
}
