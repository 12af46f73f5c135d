import Datasets
import Execution
import GraphIR
import Quantization

/// Batches of training images for calibration, always the same ones for the same seed.
struct CalibrationImages {
  private let data: Dataset
  private let order: BatchOrder
  private let look: Normalization
  let batches: CalibrationBatches

  /// Batches as a network takes them.
  init(data: Dataset, for graph: Graph, batches: CalibrationBatches, seed: UInt64) {
    self.data = data
    look = data.normalization(for: graph)
    self.batches = batches
    order = BatchOrder(count: data.training.count, seed: seed, epoch: 0)
  }

  /// Writes the standardised images of a batch, without augmentation.
  func fill(_ input: UnsafeMutableBufferPointer<Float>, batch: Int) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: batches.size) { labels in
      labels.initialize(repeating: 0)
      guard let images = input.baseAddress, let labels = labels.baseAddress else { return }
      gather(
        data.training, indices: order.batch(batch, of: batches.size), mean: look.mean,
        deviation: look.deviation, augmentation: nil, into: images, labels: labels)
    }
  }
}

/// A model compiled to run over batches of training images.
final class CalibrationPlan {
  let plan: InferencePlan
  private let images: CalibrationImages
  /// Where the model's nodes are in the graph that runs, in which batch norm and weight grids are folded.
  private let places: [Graph.NodeID: Graph.NodeID]

  init(
    _ model: Model, data: Dataset, batches: CalibrationBatches, seed: UInt64, capturing: [Graph.NodeID]
  ) throws {
    let runnable = try foldBatchNorm(model)
    var ids: [String: Graph.NodeID] = [:]
    for (id, node) in runnable.graph.nodes.enumerated() { ids[node.name] = id }
    var places: [Graph.NodeID: Graph.NodeID] = [:]
    for id in capturing { places[id] = ids[model.graph.nodes[id].name] }
    self.places = places
    plan = try InferencePlan(runnable, batch: batches.size, capturing: Array(places.values))
    images = CalibrationImages(data: data, for: runnable.graph, batches: batches, seed: seed)
  }

  /// Row-major values of a node of the model, valid until the next batch; nil where it was not captured.
  func values(of id: Graph.NodeID) -> UnsafeBufferPointer<Float>? { places[id].flatMap(plan.values(of:)) }

  /// Runs batch after batch; false where it was cancelled.
  func forEachBatch(
    cancellation: Cancellation, progress: (Int, Int) throws -> Void = { _, _ in },
    _ body: (CalibrationPlan) throws -> Void
  ) throws -> Bool {
    for batch in 0..<images.batches.count {
      if cancellation.isCancelled { return false }
      images.fill(plan.input, batch: batch)
      try plan.run()
      try body(self)
      try progress(batch + 1, images.batches.count)
    }
    return true
  }
}
