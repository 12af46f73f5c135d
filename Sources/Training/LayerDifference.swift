package import Datasets
import Execution
import Foundation
package import GraphIR
import Quantization

/// Why a code of the integer model is another one than the fake-quantized model's.
package enum DivergenceCause: String, Sendable, CaseIterable {
  /// Exact arithmetic gives both models the same code: the sum lies so near the edge between two that the rounding of
  /// float arithmetic decided.
  case roundingEdge
  /// The stored bias comes to another code than the fake-quantized model's.
  case bias
  /// The integer model's code is not the one that its own constants come to.
  case requantization
  /// An average, or a table from codes to codes.
  case passing
}

/// How one layer's output differs between a fake-quantized model and its integer model.
package struct LayerDifference: Sendable {
  package var name: String
  /// Codes that were compared; 0 for logits, which are floats.
  package var compared = 0
  package var differing = 0
  /// Largest difference, in codes.
  package var largest = 0
  /// Codes that were computed again from the layer's own input in exact arithmetic, and those found to be others.
  package var recomputed = 0
  package var own = 0
  /// Of those, the ones that are no tie: the exact sum lies further than 1e-3 of a step from the edge between two codes.
  package var faulty = 0
  fileprivate var signal = 0.0
  fileprivate var noise = 0.0

  package var share: Double { compared == 0 ? 0 : Double(differing) / Double(compared) }
  package var ownShare: Double { recomputed == 0 ? 0 : Double(own) / Double(recomputed) }
  /// 20·log10(‖fake‖/‖fake − integer‖); infinite where nothing differs.
  package var sqnr: Double { noise == 0 ? .infinity : 10 * log10(signal / noise) }
}

/// The comparison of two models, layer by layer.
package struct ModelDifference: Sendable {
  package var layers: [LayerDifference]
  /// Codes of the first layer that differs, by cause; everything before it is equal.
  package var causes: [DivergenceCause: Int]
  package var images: Int

  package var first: LayerDifference? { layers.first { $0.differing > 0 } }

  /// The first layer that sets codes otherwise than exact arithmetic would, ties left aside.
  package var firstFaulty: LayerDifference? { layers.first { $0.faulty > 0 } }
}

/// Runs a fake-quantized model and the integer model made of it side by side on the first test images.
///
/// - Throws: where a model doesn't fit the data.
package func difference(
  between fake: Model, and integer: Model, on images: ImageSet, of data: Dataset, count: Int
) throws -> ModelDifference {
  try check(fake, fits: images, classes: data.classNames.count)
  var comparison = try ModelComparison(
    folded: fake.runnable(), integer: integer, batch: max(min(32, images.count, count), 1))
  let batches = max(min(count, images.count) / comparison.batch, 1)
  for batch in 0..<batches { try comparison.compare(images, data, from: batch * comparison.batch) }
  return comparison.result(images: batches * comparison.batch)
}

private struct ModelComparison {
  /// A tensor that both models have.
  private struct Pair {
    var fake: Graph.NodeID
    var integer: Graph.NodeID
    var exact: ExactLayer?
  }

  let batch: Int
  private let integer: Model
  private let fakePlan: InferencePlan
  private let integerPlan: InferencePlan
  private let pairs: [Pair]
  private var layers: [LayerDifference]
  private var firstPair = Int.max
  private var causes: [DivergenceCause: Int] = [:]

  /// Elements that are computed again, a batch and layer.
  private static let recomputed = 512

  init(folded: Model, integer: Model, batch: Int) throws {
    let nodes = integer.graph.nodes
    let byName = Dictionary(nodes.indices.map { (nodes[$0].name, $0) }) { first, _ in first }
    // A layer that stays in float runs with what follows it, whose output alone can be read.
    let groups = integer.graph.layerGroups
    let outputs = Dictionary(groups.map { ($0.head, $0.output) }) { first, _ in first }
    pairs = folded.graph.layerGroups.compactMap { group in
      let head = folded.graph.nodes[group.head].name
      let name = group.head == 0 ? "quantize" : head
      guard let id = byName[folded.graph.nodes[group.output].name] ?? byName[name] else { return nil }
      return Pair(
        fake: group.output, integer: outputs[id] ?? id,
        exact: ExactLayer(nodes[id], in: integer, folded: folded))
    }
    self.batch = batch
    self.integer = integer
    fakePlan = try InferencePlan(folded, batch: batch, capturing: pairs.map(\.fake))
    integerPlan = try InferencePlan(integer, batch: batch, capturing: groups.map(\.output).filter { $0 != 0 })
    layers = pairs.map { LayerDifference(name: nodes[$0.integer].name) }
  }

  mutating func compare(_ images: ImageSet, _ data: Dataset, from start: Int) throws {
    var labels = [Int32](repeating: 0, count: batch)
    let order = Array(start..<start + batch)
    let look = data.normalization(for: integerPlan.graph)
    if let input = fakePlan.input.baseAddress {
      labels.withUnsafeMutableBufferPointer { labels in
        guard let base = labels.baseAddress else { return }
        gather(
          images, indices: order[...], mean: look.mean, deviation: look.deviation, augmentation: nil,
          into: input, labels: base)
      }
    }
    _ = integerPlan.input.update(fromContentsOf: fakePlan.input)
    try fakePlan.run()
    try integerPlan.run()
    for index in pairs.indices { compare(index) }
  }

  private mutating func compare(_ index: Int) {
    let pair = pairs[index]
    guard let values = fakePlan.values(of: pair.fake) else { return }
    guard let (codes, grid) = integerPlan.codes(of: pair.integer) else {
      guard let others = integerPlan.values(of: pair.integer) else { return }
      for (value, other) in zip(values, others) { addNoise(index, Double(value), Double(value - other)) }
      return
    }
    var differing: [Int] = []
    for element in codes.indices {
      let distance = Int(grid.code(of: values[element])) - Int(codes[element])
      addNoise(index, Double(values[element]), Double(distance) * Double(grid.scale))
      guard distance != 0 else { continue }
      layers[index].largest = max(layers[index].largest, abs(distance))
      differing.append(element)
    }
    layers[index].compared += codes.count
    layers[index].differing += differing.count
    recompute(index, codes)
    if !differing.isEmpty, index <= firstPair { explain(differing, index, values, codes, grid) }
  }

  private mutating func addNoise(_ index: Int, _ value: Double, _ error: Double) {
    layers[index].signal += value * value
    layers[index].noise += error * error
  }

  /// Holds a part of the layer's codes against exact arithmetic on its own input.
  private mutating func recompute(_ index: Int, _ codes: UnsafeBufferPointer<UInt8>) {
    guard let exact = pairs[index].exact, let inputs = operands(index) else { return }
    // A prime step visits all channels and places.
    for sample in 0..<min(Self.recomputed, codes.count) {
      let element = sample * 7919 % codes.count
      let position = exact.position(at: element, codes: inputs.codes, residuals: inputs.residuals)
      layers[index].recomputed += 1
      guard exact.code(position.real) != Int(codes[element]) else { continue }
      layers[index].own += 1
      if position.real.distanceFromEdge > 1e-3 { layers[index].faulty += 1 }
    }
  }

  private func operands(_ index: Int)
    -> (codes: UnsafeBufferPointer<UInt8>, residuals: UnsafeBufferPointer<UInt8>?)?
  {
    let inputs = integer.graph.nodes[pairs[index].integer].inputs
    guard let first = inputs.first, let codes = integerPlan.codes(of: first)?.codes else { return nil }
    guard inputs.count > 1 else { return (codes, nil) }
    guard let residuals = integerPlan.codes(of: inputs[1])?.codes else { return nil }
    return (codes, residuals)
  }

  /// Sorts the differing codes of the first layer that has any by cause.
  private mutating func explain(
    _ elements: [Int], _ index: Int, _ values: UnsafeBufferPointer<Float>,
    _ codes: UnsafeBufferPointer<UInt8>, _ grid: QuantizationParameters
  ) {
    if index < firstPair { (firstPair, causes) = (index, [:]) }
    for element in elements.prefix(4096) {
      causes[
        cause(of: element, index, fake: Int(grid.code(of: values[element])), Int(codes[element])), default: 0] +=
        1
    }
  }

  private func cause(of element: Int, _ index: Int, fake: Int, _ code: Int) -> DivergenceCause {
    guard let exact = pairs[index].exact, let inputs = operands(index) else { return .passing }
    let position = exact.position(at: element, codes: inputs.codes, residuals: inputs.residuals)
    if exact.code(position.real) != exact.code(position.stored) { return .bias }
    // Float sums of a few hundred products are right to about a ten-thousandth of a step.
    return position.stored.distanceFromEdge < 1e-2 ? .roundingEdge : .requantization
  }

  func result(images: Int) -> ModelDifference {
    ModelDifference(layers: layers, causes: causes, images: images)
  }
}

extension Double {
  /// How far a position on a grid lies from the edge between two codes, 0 to 0.5 steps.
  fileprivate var distanceFromEdge: Double { abs(abs(self - rounded(.down)) - 0.5) }
}
