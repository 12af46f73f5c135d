import GraphIR
import Quantization
import Text
import Training

/// A cause in plain words.
struct CauseWords {
  var cause: MeasuredCause
  var subject: WhySubject

  private var layer: String {
    cause.layers.first.map { $0 == "input" ? "the images" : $0 } ?? "a layer"
  }
  private var layers: String {
    cause.layers.count <= 3 ? sentence(cause.layers) : counted(cause.layers.count, "layer")
  }
  private var reference: String { subject.reference.name }

  /// What is the case, with its own figure.
  var message: String {
    let count = Int(clamping: (cause.figure ?? 0).rounded())
    return switch cause.cause {
    case .normalization: "images are standardised otherwise than the weights were trained for"
    case .zeroedBias: "biases of \(layers) are 0 that \(reference) has"
    case .deadChannels:
      "\(counted(count, "channel")) of \(layers) \(count == 1 ? "gives" : "give") one value for every image"
    case .stretchedRange: stretch
    case .spreadChannels where cause.isEqualized:
      "channels between \(layer) and the layer that reads it have weights up to "
        + "\(threeDigits(cause.figure ?? 1)) times apart"
    case .spreadChannels:
      "one scale serves all outputs of a layer, and the weights of \(layer)'s are up to "
        + "\(threeDigits(cause.figure ?? 1)) times apart"
    case .lowBits: "grids of \(count) bits are too coarse"
    case .batchNormStatistics: "batch-norm statistics are not those of the quantized network"
    case .shiftedMeans: "rounding shifts the means of outputs"
    case .rangeChoice:
      cause.layers.count == 1
        ? "the range of \(layer) is not the one that keeps most"
        : "ranges are not those that keep most"
    case .activationsClip: "activations are cut at the ends of their ranges"
    case .activationsRound: "the steps of activations are too coarse"
    case .weightsRound: "the steps of weights are too coarse"
    case .changedWeights:
      "the weights before rounding are others than \(reference)'s, and do worse on these grids"
    case .integerArithmetic: "the integers compute otherwise than the fake-quantized form"
    }
  }

  private var stretch: String {
    let ratio = cause.figure ?? 1
    let what = cause.isOfWeights ? "the weights' scale of \(layer)" : "the range of \(layer)"
    let others = cause.layers.count > 1 ? " (and others)" : ""
    return ratio >= 1
      ? "\(what) is \(threeDigits(ratio)) times as wide as its values need\(others)"
      : "\(what) is \(threeDigits(1 / ratio)) times as narrow as its values need\(others)"
  }

  /// What that does.
  var meaning: String {
    switch cause.cause {
    case .normalization: "mean and deviation shift and stretch every input of the first layer"
    case .zeroedBias: "each output of such a layer is off by a constant"
    case .deadChannels: "what these channels tell the next layer is gone"
    case .stretchedRange:
      (cause.figure ?? 1) >= 1
        ? "most of its codes stand for values that never come, and the steps between those that do are coarse"
        : "values beyond its ends are cut off"
    case .spreadChannels where cause.isEqualized:
      "the widest channel sets the scale, and the narrow ones have few steps left"
    case .spreadChannels: "outputs with small weights have few steps left"
    case .lowBits: "each bit less doubles the steps"
    case .batchNormStatistics: "mean and variance were taken in a network whose values were not rounded"
    case .shiftedMeans: "the errors of a layer's weights do not cancel, and add up over its inputs"
    case .rangeChoice: "another observer cuts at other ends and loses less"
    case .activationsClip: "what lies beyond the ends becomes the end"
    case .activationsRound: "values between two codes become one of them"
    case .weightsRound: "each weight is up to half a step from what was trained"
    case .changedWeights:
      "training with rounding moved the weights to where they do less well, or they were edited"
    case .integerArithmetic: "sums are brought to the next grid in another way"
    }
  }

  /// What was done to take it out.
  var removal: String {
    switch cause.cause {
    case .normalization: "the standardisation: that of \(reference) or of the data"
    case .zeroedBias: "biases that are 0: those of \(reference)"
    case .deadChannels: "dead channels: those of \(reference)"
    case .stretchedRange, .rangeChoice:
      cause.isOfWeights ? "weight scales: by magnitude" : "ranges: taken anew"
    case .spreadChannels where cause.isEqualized: "channels far apart: equalized"
    case .spreadChannels: "one scale a layer: one an output"
    case .lowBits: "narrow grids: 8 bits"
    case .batchNormStatistics: "batch-norm statistics: measured anew"
    case .shiftedMeans: "shifted means: biases corrected"
    case .activationsClip: "clipping: steps as they are, none clipped"
    case .activationsRound: "steps of activations: 256 times finer"
    case .weightsRound: "rounding of weights"
    case .changedWeights: "changed weights: those of \(reference)"
    case .integerArithmetic: "integer arithmetic"
    }
  }
}
