import Datasets
import Execution
import GraphIR
import Quantization

/// Rows of a layer's inputs in the quantized network, with the outputs that the float network has there.
final class LayerRows {
  private let layer: WeightedLayer
  private let count: Int
  private let width: Int
  /// Row-major [count, width] and [count, outputs].
  private var inputs: [Float]
  private var targets: [Float]
  private let groups: Int

  private var outputs: Int { layer.outputShape.channels }

  /// A layer of the float network and the same of the quantized one; nil where it was cancelled.
  init?(
    _ layers: (float: WeightedLayer, quantized: WeightedLayer), of models: (float: Model, quantized: Model),
    data: Dataset, batches: CalibrationBatches, count: Int, seed: UInt64, cancellation: Cancellation
  ) throws {
    layer = layers.float
    if case .convolution(let convolution) = layer.weights.operation {
      groups = convolution.groups
    } else {
      groups = 1
    }
    // Windows of one image resemble each other, so there are few an image.
    let each = max(1, min(layer.outputShape.spatial, (count + batches.images - 1) / batches.images))
    let used = CalibrationBatches(
      count: min(batches.count, max(1, count / (each * batches.size))), size: batches.size, of: data.training)
    self.count = used.images * each
    var sampler = WindowSampler(layer, seed: seed)
    width = sampler.rowCount
    let places = sampler.positions(images: used.images, each: each)
    let inputsOfBoth = [(models.float, layer.input), (models.quantized, layers.quantized.input)]
    let collected = try inputsOfBoth.map { model, node in
      try rows(of: model, node, sampler, places, data, used, seed, cancellation)
    }
    inputs = []
    targets = []
    guard let floatRows = collected[0], let ownRows = collected[1] else { return nil }
    inputs = floatRows
    targets = try products(layer.weights.weight.floats)
    inputs = ownRows
  }

  /// Σ over outputs of the squared error, mean over rows, of weights [outputs, rest].
  func error(of weights: [Float]) throws -> Double {
    let found = try products(weights)
    return zip(found, targets).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) } / Double(count)
  }

  /// What computes the gradient of that error, over some of the rows at a time.
  func gradient(into rounding: SoftRounding, rowsPerStep: Int) throws -> RowGradient {
    let size = min(rowsPerStep, count)
    return try RowGradient(
      rounding, inputs: inputs, targets: targets, shape: (count, width, outputs, groups), rows: size)
  }

  /// Row-major [count, outputs], without bias: it is the same on both sides.
  private func products(_ weights: [Float]) throws -> [Float] {
    guard groups == 1 else { return groupedProducts(weights) }
    let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2 * weights.count)
    defer { memory.deallocate() }
    guard let base = memory.baseAddress else { return [] }
    memory.initialize(repeating: 0)
    for index in weights.indices { base[index] = weights[index] }
    let product = try DenseReconstruction(
      rows: count, inputs: width, outputs: outputs, weights: base, gradient: base + weights.count)
    return try inputs.withUnsafeBufferPointer { inputs in
      try inputs.baseAddress.map { Array(try product.run($0)) } ?? []
    }
  }

  private func groupedProducts(_ weights: [Float]) -> [Float] {
    let (rest, per) = (width / groups, outputs / groups)
    var result = [Float](repeating: 0, count: count * outputs)
    for row in 0..<count {
      for output in 0..<outputs {
        var sum: Float = 0
        for place in 0..<rest {
          sum += inputs[row * width + output / per * rest + place] * weights[output * rest + place]
        }
        result[row * outputs + output] = sum
      }
    }
    return result
  }
}

/// Rows [positions, window] of what feeds a layer; nil where it was cancelled.
private func rows(
  of model: Model, _ node: Graph.NodeID, _ sampler: WindowSampler,
  _ places: [(image: Int, row: Int, column: Int)], _ data: Dataset, _ batches: CalibrationBatches,
  _ seed: UInt64, _ cancellation: Cancellation
) throws -> [Float]? {
  let plan = try CalibrationPlan(model, data: data, batches: batches, seed: seed, capturing: [node])
  var rows = [Float](repeating: 0, count: places.count * sampler.rowCount)
  var batch = 0
  let done = try plan.forEachBatch(cancellation: cancellation) { plan in
    guard let values = plan.values(of: node) else { return }
    rows.withUnsafeMutableBufferPointer { rows in
      guard let base = rows.baseAddress else { return }
      for (index, place) in places.enumerated() where place.image / batches.size == batch {
        sampler.copyWindow(
          values, at: (place.image % batches.size, place.row, place.column),
          to: base + index * sampler.rowCount)
      }
    }
    batch += 1
  }
  return done ? rows : nil
}
