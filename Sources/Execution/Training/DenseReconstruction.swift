import CKernels
import OneDNN

/// The squared error of a dense layer's outputs over a few rows, and its gradient at the weights.
///
/// Everything is row-major: rows [rows, inputs], weights [outputs, inputs], targets [rows, outputs].
package final class DenseReconstruction {
  private let sizes: DenseSizes
  private let arena: Arena
  private let steps: [PrimitiveStep]
  private let rows, outputs, errors: UnsafeMutablePointer<Float>

  /// `weights` and `gradient` hold outputs × inputs floats and must outlive this.
  package init(
    rows: Int, inputs: Int, outputs: Int, weights: UnsafeMutablePointer<Float>,
    gradient: UnsafeMutablePointer<Float>
  ) throws {
    sizes = DenseSizes(batch: rows, inputs: inputs, outputs: outputs)
    let layouts = LayerLayouts(
      source: try TensorLayout.plain([rows, inputs]), weights: try TensorLayout.plain([outputs, inputs]),
      destination: try TensorLayout.plain([rows, outputs]))
    let forward = try Primitive.dense(.forwardTraining, sizes, LayerEpilogue(), layouts)
    let backward = try Primitive.dense(.backwardWeights, sizes, LayerEpilogue(), layouts, forward: forward)
    var memory = MemoryPlan()
    let buffers = [rows * inputs, rows * outputs, rows * outputs].map { memory.reserve(4 * $0) }
    for buffer in buffers {
      memory.touch(buffer, at: 0)
      memory.touch(buffer, at: 1)
    }
    steps = [
      PrimitiveStep(
        "forward", .dense, forward,
        [
          (.source, .buffer(buffers[0])), (.weights, .fixed(weights)), (.destination, .buffer(buffers[1])),
        ]),
      PrimitiveStep(
        "backward", .dense, backward,
        [
          (.source, .buffer(buffers[0])), (.weightsGradient, .fixed(gradient)),
          (.destinationGradient, .buffer(buffers[2])),
        ]),
    ]
    for (index, step) in steps.enumerated() { step.reserveScratchpad(&memory, at: index) }
    arena = Arena(byteCount: memory.place())
    let places = PlanMemory(arena: arena, plan: memory, parameters: nil)
    self.rows = places.floats(.buffer(buffers[0]))
    self.outputs = places.floats(.buffer(buffers[1]))
    errors = places.floats(.buffer(buffers[2]))
    for step in steps { try step.bind(places) }
  }

  /// Computes the outputs for rows that are copied in.
  package func run(_ input: UnsafePointer<Float>) throws -> UnsafeBufferPointer<Float> {
    rows.update(from: input, count: sizes.batch * sizes.inputs)
    try steps[0].run()
    return UnsafeBufferPointer(start: outputs, count: sizes.batch * sizes.outputs)
  }

  /// Σ over outputs of (output − target)², mean over rows; writes its gradient at the weights.
  package func differentiate(_ input: UnsafePointer<Float>, targets: UnsafePointer<Float>) throws -> Double {
    let found = try run(input)
    var sum = 0.0
    let share = 2 / Float(sizes.batch)
    for index in found.indices {
      let error = found[index] - targets[index]
      sum += Double(error * error)
      errors[index] = share * error
    }
    try steps[1].run()
    return sum / Double(sizes.batch)
  }
}
