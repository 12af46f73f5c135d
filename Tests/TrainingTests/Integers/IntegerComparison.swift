import Datasets
import Execution
import GraphIR
import Quantization
import Training

/// Holds an integer model, and the fake-quantized one that it was made of, against `PlainIntegerNetwork`, layer by
/// layer, each from its own inputs: so a code that differs is that layer's own, and not one that was handed on.
struct IntegerComparison {
  /// A code that is not the one that exact arithmetic gives, and no tie either.
  struct Fault: CustomStringConvertible {
    var model: String
    var layer: String
    var code: Int
    var steps: Double
    var description: String { "\(model) \(layer): code \(code) where exact arithmetic gives \(steps) steps" }
  }

  private(set) var compared = 0
  /// Codes on the other side of an edge that the exact sum lies within 1e-4 of, and not on.
  private(set) var ties = 0
  /// Images whose two best logits are no further apart than sums of floats are exact.
  private(set) var closeLogits = 0
  private(set) var faults: [Fault] = []

  private let integer: Model
  private var graph: Graph { integer.graph }
  private let plain: PlainIntegerNetwork
  private let folded: Model

  init(fake: Model, integer: Model, data: Dataset, images chosen: [Int]) throws {
    let images = chosen.count
    self.integer = integer
    plain = PlainIntegerNetwork(integer)
    folded = try foldBatchNorm(fake)
    let ends = integer.graph.layerGroups.map(\.output).filter { $0 != 0 }
    let integerPlan = try InferencePlan(integer, batch: images, capturing: ends)
    let twins = twins()
    let fakePlan = try InferencePlan(folded, batch: images, capturing: twins.values.map { $0 })
    var labels = [Int32](repeating: 0, count: images)
    guard let input = integerPlan.input.baseAddress else { return }
    gather(
      data.test, indices: chosen[...], mean: data.mean, deviation: data.deviation, augmentation: nil,
      into: input, labels: &labels)
    _ = fakePlan.input.update(fromContentsOf: integerPlan.input)
    try integerPlan.run()
    try fakePlan.run()
    let pixels = Array(integerPlan.input)
    let graph = integer.graph
    func slice<Values: Collection>(_ values: Values, _ id: Graph.NodeID, _ image: Int) -> [Values.Element]
    where Values.Index == Int {
      let count = graph.nodes[id].shape.count
      return Array(values[image * count..<(image + 1) * count])
    }
    for image in 0..<images {
      check("integer", image) { id in
        if id == 0 { return .floats(slice(pixels, 0, image).map(Double.init)) }
        if let codes = integerPlan.codes(of: id) {
          return .codes(slice(codes.codes, id, image).map(Int.init))
        }
        return integerPlan.values(of: id).map { .floats(slice($0, id, image).map(Double.init)) }
      }
      check("fake-quantized", image) { id in
        if id == 0 { return .floats(slice(pixels, 0, image).map(Double.init)) }
        guard let twin = twins[id], let values = fakePlan.values(of: twin) else { return nil }
        guard let grid = graph.codeGrid(of: id) else {
          return .floats(slice(values, id, image).map(Double.init))
        }
        return .codes(
          slice(values, id, image).map {
            PlainIntegerNetwork.code(Double($0) / Double(grid.scale), grid)
          })
      }
    }
  }

  /// For each node of the integer graph that ends a group, the fake-quantized model's node of the same tensor.
  private func twins() -> [Graph.NodeID: Graph.NodeID] {
    let nodes = integer.graph.nodes
    let byName = Dictionary(nodes.indices.map { (nodes[$0].name, $0) }) { first, _ in first }
    let outputs = Dictionary(integer.graph.layerGroups.map { ($0.head, $0.output) }) { first, _ in first }
    var twins: [Graph.NodeID: Graph.NodeID] = [:]
    for group in folded.graph.layerGroups {
      let names = folded.graph.nodes
      let ends = [group.fakeQuantize, group.activation, group.add, group.head].compactMap { $0 }
      let candidates = group.head == 0 ? ["quantize"] : ends.map { names[$0].name }
      guard let id = candidates.lazy.compactMap({ byName[$0] }).first else { continue }
      twins[outputs[id] ?? id] = group.output
    }
    return twins
  }

  /// Computes each node from what `seen` has of its inputs, and holds the result against what `seen` has of it.
  private mutating func check(
    _ model: String, _ image: Int, _ seen: (Graph.NodeID) -> PlainIntegerNetwork.Value?
  ) {
    var values: [Graph.NodeID: PlainIntegerNetwork.Value] = [:]
    for (id, node) in integer.graph.nodes.enumerated() {
      let inputs = node.inputs.compactMap { values[$0] }
      guard id == 0 || inputs.count == node.inputs.count else { continue }
      let exact = id == 0 ? nil : plain.output(of: id, inputs)
      let found = seen(id)
      values[id] = found ?? exact?.value
      guard let exact, let found else { continue }
      compare(exact, found, model, node, integer.graph.codeGrid(of: id))
    }
  }

  private mutating func compare(
    _ exact: PlainIntegerNetwork.Output, _ found: PlainIntegerNetwork.Value, _ model: String,
    _ node: Graph.Node,
    _ grid: QuantizationParameters?
  ) {
    if case .floats(let values) = found {
      let size = exact.value.floats.reduce(1e-6) { max($0, abs($1)) }
      let best = exact.value.floats.sorted(by: >)
      if node.name == graph.nodes[graph.output].name, best.count > 1, best[0] - best[1] < 1e-5 * size {
        closeLogits += 1
      }
      for (value, other) in zip(values, exact.value.floats) where !(abs(value - other) <= 1e-3 * size) {
        faults.append(Fault(model: model, layer: node.name, code: 0, steps: other - value))
      }
      return
    }
    for (index, code) in found.codes.enumerated() {
      compared += 1
      let expected = exact.value.codes[index]
      guard code != expected else { continue }
      let steps = exact.steps.isEmpty ? Double(expected) : exact.steps[index]
      let fromEdge = abs(abs(steps - steps.rounded(.down)) - 0.5)
      // On the edge itself, as scales that are powers of two put many sums, there is one answer: the even step, and
      // the zero point added to it.
      if !exact.steps.isEmpty, abs(code - expected) == 1, fromEdge > 0, fromEdge < 1e-4 {
        ties += 1
      } else {
        faults.append(Fault(model: model, layer: node.name, code: code, steps: steps))
      }
    }
  }
}
