import Execution
import Glibc

/// Gradient of a layer's squared output error at its softly rounded weights, over a block of rows at a time.
final class RowGradient {
  private let rounding: SoftRounding
  private let inputs, targets: [Float]
  private let width, outputs, groups, rows, blocks: Int
  /// Nil for grouped convolutions, whose few weights an output need no matrix product.
  private let dense: DenseReconstruction?

  init(
    _ rounding: SoftRounding, inputs: [Float], targets: [Float],
    shape: (count: Int, width: Int, outputs: Int, groups: Int), rows: Int
  ) throws {
    self.rounding = rounding
    self.inputs = inputs
    self.targets = targets
    (width, outputs, groups) = (shape.width, shape.outputs, shape.groups)
    self.rows = rows
    blocks = max(shape.count / rows, 1)
    dense =
      shape.groups > 1
      ? nil
      : try DenseReconstruction(
        rows: rows, inputs: shape.width, outputs: shape.outputs, weights: rounding.weights,
        gradient: rounding.gradient)
  }

  /// Writes the gradient over the block of a step; steps go through the blocks in order, again and again.
  func evaluate(step: Int) throws {
    let first = step % blocks * rows
    try inputs.withUnsafeBufferPointer { inputs in
      try targets.withUnsafeBufferPointer { targets in
        guard let input = inputs.baseAddress, let target = targets.baseAddress else { return }
        if let dense {
          _ = try dense.differentiate(input + first * width, targets: target + first * outputs)
        } else {
          differentiateGroups(input + first * width, target + first * outputs)
        }
      }
    }
  }

  private func differentiateGroups(_ input: UnsafePointer<Float>, _ target: UnsafePointer<Float>) {
    let (rest, per) = (width / groups, outputs / groups)
    let share = 2 / Float(rows)
    rounding.gradient.update(repeating: 0, count: outputs * rest)
    for row in 0..<rows {
      for output in 0..<outputs {
        let window = input + row * width + output / per * rest
        let weights = rounding.weights + output * rest
        var sum: Float = 0
        for place in 0..<rest { sum += window[place] * weights[place] }
        let error = share * (sum - target[row * outputs + output])
        let gradient = rounding.gradient + output * rest
        for place in 0..<rest { gradient[place] += error * window[place] }
      }
    }
  }
}

/// From 1 to 0 along half a cosine.
func annealed(_ way: Double) -> Double { 0.5 * (1 + cos(.pi * way)) }
