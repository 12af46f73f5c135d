import CKernels
import GraphIR
import Quantization

/// Batch norm of one layer, with the fold into its convolution simulated where that is quantized.
///
/// With fold, the convolution computed y from weights scaled by f = γ/√(running variance + ε); what is normalised
/// is y/f. The division never runs over the activations: it is part of the coefficients in out = a·y + b and
/// dy = A·g + B·y + C. A channel with γ = 0 is scaled by 1/√(running variance + ε) instead, so nothing divides by 0.
final class BatchNormState {
  let name: String
  let norm: BatchNorm
  let gamma: ParameterID
  let beta: ParameterID
  let folds: Bool
  /// Channels with the padding of the layout; the padded ones compute zeros.
  let stored: Int
  let runningMean: Vector<Float>
  let runningVariance: Vector<Float>

  let fold: Vector<Float>
  let a: Vector<Float>
  let b: Vector<Float>
  /// Mean of y and 1 / deviation of y, of this step.
  let mean: Vector<Float>
  let inverse: Vector<Float>
  let gradientScale: Vector<Float>
  let gradientSlope: Vector<Float>
  let gradientShift: Vector<Float>
  let sum: Vector<Double>
  let squareSum: Vector<Double>
  let minimum: Vector<Float>
  let maximum: Vector<Float>
  /// Normalises with its running statistics in every step, and never moves them.
  var isFrozen = false
  /// Set where the layer is quantized.
  var biasRounding: BiasRounding?
  /// Scales of the factors of a batch norm that stands alone and is quantized.
  let factorScales: Vector<Float>
  /// Deviation that the fold divided γ by, and what y/f contributes to the gradient of f.
  private let foldDeviation: Vector<Float>
  private let unscaling: Vector<Double>
  private var gammaValue: UnsafeMutablePointer<Float>?
  private var betaValue: UnsafeMutablePointer<Float>?
  private var gammaGradient: UnsafeMutablePointer<Float>?
  private var betaGradient: UnsafeMutablePointer<Float>?

  init(name: String, norm: BatchNorm, gamma: ParameterID, beta: ParameterID, folds: Bool, stored: Int) {
    self.name = name
    self.norm = norm
    self.gamma = gamma
    self.beta = beta
    self.folds = folds
    self.stored = stored
    runningMean = Vector(stored, repeating: 0)
    runningVariance = Vector(stored, repeating: 1)
    fold = Vector(stored, repeating: 1)
    a = Vector(stored, repeating: 0)
    b = Vector(stored, repeating: 0)
    mean = Vector(stored, repeating: 0)
    inverse = Vector(stored, repeating: 0)
    gradientScale = Vector(stored, repeating: 0)
    gradientSlope = Vector(stored, repeating: 0)
    gradientShift = Vector(stored, repeating: 0)
    sum = Vector(stored, repeating: 0)
    squareSum = Vector(stored, repeating: 0)
    minimum = Vector(stored, repeating: 0)
    maximum = Vector(stored, repeating: 0)
    factorScales = Vector(stored, repeating: 1)
    foldDeviation = Vector(stored, repeating: 1)
    unscaling = Vector(stored, repeating: 0)
  }

  func bind(_ memory: PlanMemory) {
    gammaValue = memory.floats(.parameter(gamma))
    betaValue = memory.floats(.parameter(beta))
    gammaGradient = memory.floats(.gradient(gamma))
    betaGradient = memory.floats(.gradient(beta))
  }

  /// Whether this step normalises with the running statistics.
  func isStill(_ phase: PlanPhase) -> Bool { isFrozen || phase.batchNormFrozen }

  /// f of each channel from the running variance, before this step moves it.
  func updateFold() {
    guard let gammaValue else { return }
    for channel in 0..<norm.channels {
      let deviation = (runningVariance[channel] + norm.epsilon).squareRoot()
      foldDeviation[channel] = deviation
      fold[channel] = gammaValue[channel] == 0 ? 1 / deviation : gammaValue[channel] / deviation
    }
  }

  /// Coefficients from the batch's own statistics over `count` values a channel; moves the running ones.
  ///
  /// False where a statistic is infinite or NaN.
  func normalizeWithBatch(count: Int) -> Bool {
    guard let gammaValue, let betaValue else { return true }
    var finite = true
    let total = Double(count)
    let unbiased = count > 1 ? total / (total - 1) : 1
    for channel in 0..<norm.channels {
      let f = Double(fold[channel])
      let center = sum[channel] / total
      let variance = squareSum[channel] / total - center * center
      let clamped = variance < 0 ? 0 : variance
      let originalMean = center / f
      let originalVariance = clamped / (f * f)
      finite = finite && (originalMean + originalVariance).isFinite
      let inverseDeviation = 1 / ((originalVariance + Double(norm.epsilon)).squareRoot() * f)
      mean[channel] = Float(center)
      inverse[channel] = Float(inverseDeviation)
      a[channel] = Float(Double(gammaValue[channel]) * inverseDeviation)
      b[channel] = Float(Double(betaValue[channel]) - Double(gammaValue[channel]) * inverseDeviation * center)
      let momentum = Double(norm.momentum)
      runningMean[channel] += Float(momentum * (originalMean - Double(runningMean[channel])))
      runningVariance[channel] +=
        Float(momentum * (originalVariance * unbiased - Double(runningVariance[channel])))
      unscaling[channel] = Double(norm.epsilon) / (originalVariance + Double(norm.epsilon))
    }
    roundCoefficients()
    return finite
  }

  /// Coefficients from the running statistics.
  func normalizeWithRunning() {
    guard let gammaValue, let betaValue else { return }
    for channel in 0..<norm.channels {
      let f = fold[channel]
      let inverseDeviation = 1 / ((runningVariance[channel] + norm.epsilon).squareRoot() * f)
      mean[channel] = runningMean[channel] * f
      inverse[channel] = inverseDeviation
      a[channel] = gammaValue[channel] * inverseDeviation
      b[channel] = betaValue[channel] - a[channel] * mean[channel]
    }
    roundCoefficients()
  }

  /// Rounds a and b as the integer model holds them; where the norm is folded, its factors are in the weights.
  private func roundCoefficients() {
    guard let biasRounding else { return }
    if let grid = norm.weightGrid {
      for channel in 0..<norm.channels {
        let scale = weightScale(magnitude: abs(a[channel]), grid: grid)
        factorScales[channel] = scale
        a[channel] = (a[channel] * (1 / scale)).rounded(.toNearestOrEven) * scale
      }
    }
    for channel in 0..<norm.channels {
      b[channel] = Float(biasRounding.rounded(Double(b[channel]), output: channel))
    }
  }

  /// Gradients of γ and β from Σ g and Σ g·(y − mean), and the coefficients of dy = A·g + B·y + C.
  func differentiate(count: Int, frozen: Bool) {
    guard let gammaGradient, let betaGradient else { return }
    for channel in 0..<norm.channels {
      let inverseDeviation = Double(inverse[channel])
      let shiftGradient = sum[channel]
      let scaleGradient = squareSum[channel] * inverseDeviation
      gammaGradient[channel] = Float(scaleGradient)
      betaGradient[channel] = Float(shiftGradient)
      gradientScale[channel] = a[channel]
      if frozen { continue }
      let slope = -Double(a[channel]) * inverseDeviation * scaleGradient / Double(count)
      gradientSlope[channel] = Float(slope)
      gradientShift[channel] = Float(
        -Double(a[channel]) * shiftGradient / Double(count) - slope * Double(mean[channel]))
    }
  }

  /// Adds to γ's gradient what comes through f = γ/deviation: Σ dWs·W from the scaled weights, less what the
  /// unscaling y/f takes back.
  func addFoldGradient(weightDot: Vector<Double>, frozen: Bool) {
    guard let gammaValue, let gammaGradient, let betaGradient else { return }
    for channel in 0..<norm.channels where gammaValue[channel] != 0 {
      let deviation = Double(foldDeviation[channel])
      let direct = Double(gammaGradient[channel])
      let takenBack =
        frozen
        ? direct * deviation + Double(runningMean[channel]) * Double(betaGradient[channel])
        : direct * deviation * unscaling[channel]
      gammaGradient[channel] = Float(direct + (weightDot[channel] - takenBack) / deviation)
    }
  }
}
