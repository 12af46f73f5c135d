import GraphIR
import Quantization

/// Trained scales of one layer's weights (LSQ), one an output or one for all, in the flat parameter memory.
///
/// They belong to the weights that are rounded, so after the fold of batch norm. They start at
/// s = 2·mean|w|/√Q_P; the gradient Σ d·∂q/∂s is multiplied by 1/√(N·Q_P), N the weights that share the scale.
final class TrainedWeightScales {
  let parameter: ParameterID
  /// Σ d·∂q/∂s of each output, of this step.
  let sums: Vector<Double>
  private var grid: QuantizationGrid
  private let outputs: Int
  /// Weights of one output.
  private let fanIn: Int
  private(set) var isSet = false
  private var values: UnsafeMutablePointer<Float>?
  private var gradients: UnsafeMutablePointer<Float>?

  /// `stored` counts outputs with the padding of the layout.
  init(grid: QuantizationGrid, outputs: Int, stored: Int, fanIn: Int, parameter: ParameterID) {
    self.grid = grid
    self.outputs = outputs
    self.fanIn = fanIn
    self.parameter = parameter
    sums = Vector(stored, repeating: 0)
  }

  func bind(_ memory: PlanMemory) {
    values = memory.floats(.parameter(parameter))
    gradients = memory.floats(.gradient(parameter))
  }

  /// Goes on on a grid of another width, with scales that start anew from the weights as they are at the next step.
  ///
  /// Scales of another width tell little. To keep the range, s·Q_P/Q_P′, is right for scales that end at the extremes,
  /// but LSQ's reach far beyond when they start: at 8 bits to 2·√127 = 22 times the mean magnitude, and on that range
  /// a grid of 3 bits rounds nearly all weights to 0. To keep the ratio to the start, s·√(Q_P/Q_P′), cuts scales that
  /// did come to end at the extremes to a quarter of them at 4 bits. The start is right for either.
  func adopt(_ grid: QuantizationGrid) {
    self.grid = grid
    isSet = false
  }

  /// The values have been loaded with the model, or are missing there.
  func markLoaded(_ loaded: Bool) { isSet = loaded }

  /// Starts from Σ |w| of each output.
  func start(magnitudeSums: Vector<Double>) {
    guard let values else { return }
    let root = Double(grid.maximum).squareRoot()
    var total = 0.0
    for output in 0..<outputs {
      total += magnitudeSums[output]
      if grid.perChannel {
        values[output] = max(
          Float(2 * magnitudeSums[output] / Double(fanIn) / root), leastQuantizationScale)
      }
    }
    if !grid.perChannel {
      values[0] = max(Float(2 * total / Double(fanIn * outputs) / root), leastQuantizationScale)
    }
    isSet = true
  }

  /// Scales as the grid allows them; the rounding of a power of two's exponent is passed straight through.
  func write(to scales: Vector<Float>) {
    guard let values else { return }
    for output in 0..<outputs { scales[output] = gridScale(values[grid.perChannel ? output : 0], grid) }
  }

  func differentiate() {
    guard let gradients else { return }
    let weights = grid.perChannel ? fanIn : fanIn * outputs
    let share = 1 / (Double(weights) * Double(grid.maximum)).squareRoot()
    var total = 0.0
    for output in 0..<outputs {
      total += sums[output]
      if grid.perChannel { gradients[output] = Float(sums[output] * share) }
    }
    if !grid.perChannel { gradients[0] = Float(total * share) }
  }
}
