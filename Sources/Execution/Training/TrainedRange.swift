import CKernels
import GraphIR
import Quantization

/// The end of an activation grid that training moves: LSQ's scale or PACT's α.
///
/// LSQ (Esser and others: "Learned step size quantization", 2020) and PACT (Choi and others, 2018). LSQ: v̂ = s·clip(rint(v/s), Q_N, Q_P); ∂v̂/∂s is Q_N or Q_P where v/s lies beyond it, else rint(v/s) − v/s; the sum
/// is multiplied by 1/√(N·Q_P), N the features of the tensor for one image. It starts at s = 2·mean|v|/√Q_P of the
/// first batch. PACT: v is cut at α, s = α/Q_P; ∂v̂/∂α is 1 where v ≥ α, and −1 where v ≤ −α on a signed grid. α starts
/// at the first batch's greatest magnitude. Either starts at a calibrated range instead where the model has one.
final class TrainedRange {
  let parameter: ParameterID
  private let method: RangeMethod
  private var grid: QuantizationGrid
  private let features: Int
  private(set) var isSet = false
  private var value: UnsafeMutablePointer<Float>?
  private var gradient: UnsafeMutablePointer<Float>?
  /// What later nodes on the same grid have contributed to the gradient in this step.
  private var contributed = 0.0

  init(_ method: RangeMethod, grid: QuantizationGrid, features: Int, parameter: ParameterID) {
    self.method = method
    self.grid = grid
    self.features = features
    self.parameter = parameter
  }

  func bind(_ memory: PlanMemory) {
    value = memory.floats(.parameter(parameter))
    gradient = memory.floats(.gradient(parameter))
  }

  /// True where the rounding inside the grid moves the parameter too.
  var countsRounding: Bool { method == .learnedScale }

  /// Parameter = scale · this.
  private var unit: Float { method == .clippedActivation ? Float(grid.edge) : 1 }

  /// Scale of the grid, a power of two where it asks for that; the rounding of the exponent is passed straight through.
  var scale: Float { gridScale((value?.pointee ?? 1) / unit, grid) }

  func start(scale: Float) {
    value?.pointee = max(scale * unit, leastQuantizationScale)
    isSet = true
  }

  /// Goes on on a grid of another width.
  ///
  /// LSQ's scale starts anew from the next batch, for the reason that `TrainedWeightScales.adopt` gives. PACT's α is the
  /// end of the range itself, whatever the width, and stays.
  func adopt(_ grid: QuantizationGrid) {
    self.grid = grid
    switch method {
    case .learnedScale: isSet = false
    case .clippedActivation, .observed: break
    }
  }

  /// The value has been loaded with the model, or is missing there.
  func markLoaded(_ loaded: Bool) { isSet = loaded }

  /// Starts from the values that are to be rounded, of the first batch.
  func start(from values: UnsafeMutablePointer<Float>, stored: Int, batch: Int) {
    switch method {
    case .learnedScale:
      let mean = ck_magnitude_sum(values, Int64(stored)) / Double(batch * features)
      start(scale: Float(2 * mean / Double(grid.maximum).squareRoot()))
    case .clippedActivation:
      var range: (Float, Float) = (0, 0)
      withUnsafeMutableBytes(of: &range) {
        ck_range(values, Int64(stored), $0.baseAddress?.assumingMemoryBound(to: Float.self))
      }
      start(scale: max(-range.0, range.1) / Float(grid.edge))
    case .observed: break
    }
  }

  /// Adds Σ g·∂v̂/∂s of one node.
  ///
  /// Nodes that share a grid share the parameter, so their gradients add up. The node that the others follow comes
  /// last in the backward pass: it writes the sum.
  func addGradient(_ sum: Double, completes: Bool) {
    contributed += sum
    guard completes else { return }
    let share =
      countsRounding ? 1 / (Double(features) * Double(grid.maximum)).squareRoot() : 1 / Double(unit)
    gradient?.pointee = Float(contributed * share)
    contributed = 0
  }

  /// The backward pass ends before the node that writes the sum.
  func dropContributions() { contributed = 0 }
}
