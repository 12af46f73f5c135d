import CKernels
import GraphIR
import OneDNN
import Quantization

/// Fake quantization of one layer's weights: state that its forward and backward steps share.
final class WeightQuantizer {
  let label: String
  private(set) var grid: QuantizationGrid
  let weight: ParameterID
  let shape: ck_weight_shape
  let norm: BatchNormState?
  let scales: Vector<Float>
  let dot: Vector<Double>
  let magnitudes: Vector<Float>
  /// Nil where the scales follow the largest magnitudes.
  let trained: TrainedWeightScales?

  init(
    label: String, grid: QuantizationGrid, weight: ParameterID, shape: ck_weight_shape, norm: BatchNormState?,
    trained: TrainedWeightScales?
  ) {
    self.trained = trained
    self.label = label
    self.grid = grid
    self.weight = weight
    self.shape = shape
    self.norm = norm
    let outputs = Int(shape.blocks * shape.block)
    scales = Vector(outputs, repeating: 1)
    dot = Vector(outputs, repeating: 0)
    magnitudes = Vector(outputs, repeating: 0)
  }

  /// As the kernel that rounds on the way to bfloat16 takes it.
  var kernelGrid: ck_weight_grid {
    ck_weight_grid(
      factor: norm.map { UnsafePointer($0.fold.pointer) }, scale: UnsafePointer(scales.pointer),
      minimum: Int32(grid.minimum), maximum: Int32(grid.maximum))
  }

  /// Rounds to a grid of another width from the next step on.
  func adopt(_ grid: QuantizationGrid) {
    guard grid != self.grid else { return }
    self.grid = grid
    trained?.adopt(grid)
  }

  var minimum: Int32 { Int32(grid.minimum) }
  var maximum: Int32 { Int32(grid.maximum) }

  /// Sets the scales for weights as they are: trained ones, or those of the largest magnitudes.
  func chooseScales(for weights: UnsafeMutablePointer<Float>) {
    let fold = norm?.fold.pointer
    if let trained {
      if !trained.isSet {
        ck_weight_magnitude_sum(weights, shape, fold, dot.pointer)
        trained.start(magnitudeSums: dot)
      }
      trained.write(to: scales)
    } else {
      ck_weight_magnitude(weights, shape, fold, magnitudes.pointer)
      chooseLargest()
    }
  }

  /// Scales of the largest magnitudes: they are known exactly at each step, so nothing is averaged.
  private func chooseLargest() {
    if !grid.perChannel {
      var largest: Float = 0
      for output in 0..<magnitudes.count { largest = max(largest, magnitudes[output]) }
      for output in 0..<magnitudes.count { magnitudes[output] = largest }
    }
    for output in 0..<magnitudes.count {
      scales[output] = weightScale(magnitude: magnitudes[output], grid: grid)
    }
  }
}

/// Chooses the grid of the folded weights as they are.
final class ChooseWeightScales: Step {
  let kind = StepKind.weightQuantization
  private let quantizer: WeightQuantizer
  private var weights: UnsafeMutablePointer<Float>?

  var label: String { quantizer.label + " choose weight scales" }

  init(_ quantizer: WeightQuantizer) { self.quantizer = quantizer }

  func bind(_ memory: PlanMemory) {
    quantizer.norm?.bind(memory)
    quantizer.trained?.bind(memory)
    weights = memory.floats(.parameter(quantizer.weight))
  }

  func run() {
    guard let weights else { return }
    quantizer.norm?.updateFold()
    quantizer.chooseScales(for: weights)
  }
}

/// Rounds the folded weights to their grid, into the buffer that the convolution reads.
final class QuantizeWeights: Step {
  let kind = StepKind.weightQuantization
  private let quantizer: WeightQuantizer
  private let target: BufferID
  private var pointers: (weights: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>)?

  var label: String { quantizer.label + " quantize weights" }

  init(_ quantizer: WeightQuantizer, target: BufferID) {
    self.quantizer = quantizer
    self.target = target
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.floats(.parameter(quantizer.weight)), memory.floats(.buffer(target)))
  }

  func run() {
    guard let pointers else { return }
    ck_weight_fake_quantize(
      pointers.weights, pointers.target, quantizer.shape, quantizer.norm?.fold.pointer,
      quantizer.scales.pointer, quantizer.minimum, quantizer.maximum)
  }
}

/// Turns the gradient of the rounded, folded weights into that of the weights, in place.
final class QuantizeWeightsBackward: Step {
  let kind = StepKind.weightQuantization
  private let quantizer: WeightQuantizer
  private let phase: PlanPhase
  private var pointers: (weights: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>)?

  var label: String { quantizer.label + " quantize weights backward" }

  init(_ quantizer: WeightQuantizer, phase: PlanPhase) {
    self.quantizer = quantizer
    self.phase = phase
  }

  func bind(_ memory: PlanMemory) {
    pointers = (memory.floats(.parameter(quantizer.weight)), memory.floats(.gradient(quantizer.weight)))
  }

  func run() {
    guard let pointers else { return }
    let fold = quantizer.norm?.fold.pointer
    if let trained = quantizer.trained {
      ck_weight_trained_backward(
        pointers.weights, pointers.gradient, quantizer.shape, fold, quantizer.scales.pointer,
        quantizer.minimum, quantizer.maximum, quantizer.dot.pointer, trained.sums.pointer)
      trained.differentiate()
    } else {
      ck_weight_backward(
        pointers.weights, pointers.gradient, quantizer.shape, fold, quantizer.scales.pointer,
        quantizer.minimum, quantizer.maximum, quantizer.dot.pointer)
    }
    if let norm = quantizer.norm {
      norm.addFoldGradient(weightDot: quantizer.dot, frozen: norm.isStill(phase))
    }
  }
}
