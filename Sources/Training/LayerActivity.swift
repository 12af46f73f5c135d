package import Datasets
package import GraphIR
import Quantization

/// What training images do in a layer with weights.
package struct LayerActivity: Sendable, Hashable {
  package var layer: String
  /// Its outputs have places, so that a channel is silent where none of them is heard.
  package var isConvolution: Bool
  package var channels: Int
  /// Channels that are 0 at every place of every image; nil of a layer that ends in no rectifier.
  package var silent: Int?
  /// Share of the outputs beyond the range that their observer settled on; nil where nothing observes them.
  package var clipped: Double?
  /// Images that were looked at.
  package var images: Int

  package init(
    layer: String, isConvolution: Bool, channels: Int, silent: Int?, clipped: Double?, images: Int
  ) {
    self.layer = layer
    self.isConvolution = isConvolution
    self.channels = channels
    self.silent = silent
    self.clipped = clipped
    self.images = images
  }
}

/// Looks at the layers of a float or fake-quantized model, in execution order; nil where it was cancelled.
///
/// Outputs are those before they are rounded, of the network with its fake quantization taken out. The images are
/// training images, 128 or fewer where they are large, the same for the same seed.
package func layerActivities(
  of model: Model, on data: Dataset, seed: UInt64, cancellation: Cancellation,
  progress: (Int, Int) -> Void = { _, _ in }
) throws -> [LayerActivity]? {
  try check(model, fits: data.training, classes: data.classNames.count)
  var float = model
  if model.kind == .fakeQuantized {
    float = Model(
      kind: .float, graph: try removeFakeQuantization(model.graph), parameters: model.parameters)
  }
  let folded = try foldBatchNorm(float)
  let groups = folded.graph.layerGroups.filter { folded.graph.nodes[$0.head].operation.hasWeights }
  let batches = activityBatches(groups, folded.graph, data.training)
  let plan = try CalibrationPlan(
    folded, data: data, batches: batches, seed: seed, capturing: groups.map(\.output))
  var counts = groups.map { ActivityCount($0, folded.graph, model) }
  let done = try plan.forEachBatch(cancellation: cancellation, progress: progress) { plan in
    for index in groups.indices {
      if let values = plan.values(of: groups[index].output) { counts[index].add(values) }
    }
  }
  return done ? counts.map { $0.activity(images: batches.images) } : nil
}

/// 128 images of up to 56×56 pixels, 16 at least, in batches whose outputs take 128 MB at the most.
private func activityBatches(
  _ groups: [LayerGroup], _ graph: Graph, _ images: ImageSet
) -> CalibrationBatches {
  let wanted = min(128, max(16, 128 * 56 * 56 / max(images.height * images.width, 1)))
  let bytes = groups.reduce(0) { $0 + 4 * graph.nodes[$1.output].shape.count }
  let size = min(32, max(1, (128 << 20) / max(bytes, 1)))
  return CalibrationBatches(count: max(1, wanted / size), size: min(size, wanted), of: images)
}

/// Counts over the outputs of one layer.
private struct ActivityCount {
  private let layer: String
  private let isConvolution: Bool
  private let plane: Int
  private let isRectified: Bool
  private let range: (minimum: Float, maximum: Float)?
  private var isHeard: [Bool]
  private var beyond = 0
  private var values = 0

  init(_ group: LayerGroup, _ graph: Graph, _ model: Model) {
    layer = graph.nodes[group.head].name
    isConvolution =
      if case .convolution = graph.nodes[group.head].operation { true } else { false }
    let shape = graph.nodes[group.output].shape
    plane = max(shape.spatial, 1)
    isHeard = Array(repeating: false, count: shape.channels)
    isRectified = graph.rectifier(of: group) != nil
    range = model.observedRange(ofLayer: layer)
  }

  mutating func add(_ outputs: UnsafeBufferPointer<Float>) {
    let channels = isHeard.count
    guard channels > 0 else { return }
    for row in 0..<outputs.count / plane {
      let plane = UnsafeBufferPointer(rebasing: outputs[row * plane..<(row + 1) * plane])
      if !isHeard[row % channels] { isHeard[row % channels] = plane.contains { $0 != 0 } }
      if let range {
        beyond += plane.reduce(0) { $0 + ($1 < range.minimum || $1 > range.maximum ? 1 : 0) }
      }
    }
    values += outputs.count
  }

  func activity(images: Int) -> LayerActivity {
    LayerActivity(
      layer: layer, isConvolution: isConvolution, channels: isHeard.count,
      silent: isRectified ? isHeard.count { !$0 } : nil,
      clipped: range != nil && values > 0 ? Double(beyond) / Double(values) : nil, images: images)
  }
}

extension Model {
  /// The ends of the grid that a layer's observed outputs are rounded to, wider by half a step on either side, which still
  /// rounds to the last code; nil where no observer settled them.
  fileprivate func observedRange(ofLayer layer: String) -> (minimum: Float, maximum: Float)? {
    guard kind == .fakeQuantized,
      let group = graph.layerGroups.first(where: { graph.nodes[$0.head].name == layer }),
      let id = group.fakeQuantize, case .fakeQuantize(let quantizer) = graph.nodes[id].operation,
      quantizer.method == .observed,
      case .success(let parameters) = Result(catching: { () throws(RewriteError) in
        try quantizationParameters(quantizer)
      })
    else { return nil }
    let half = parameters.scale / 2
    return (parameters.range.minimum - half, parameters.range.maximum + half)
  }
}
