import GraphIR
import Quantization
import Text

/// In which integers a model computes: "weights in int4 (conv1 and fc: int8), activations in uint8 and sums in int32".
func integerWords(_ graph: Graph) -> String {
  var layers: [Int: [String]] = [:]
  for node in graph.nodes {
    if let bits = node.operation.integerWeightBits { layers[bits, default: []].append(node.name) }
  }
  let groups = layers.sorted { ($0.value.count, $0.key) > ($1.value.count, $1.key) }
  let most = groups.first?.key ?? 8
  let others = groups.dropFirst().map { bits, names in
    (names.count > 4 ? counted(names.count, "layer") : sentence(names)) + ": int\(bits)"
  }
  return "weights in int\(most)" + (others.isEmpty ? "" : " (" + others.joined(separator: "; ") + ")")
    + ", activations in uint8 and sums in int32"
}

/// The layers that an integer model computes in float; nil where there are none.
func floatLayersNote(_ graph: Graph) -> String? {
  let layers = graph.nodes.compactMap { node in
    node.operation.floatStorage.map { storage in
      node.name + (storage == .float32 ? "" : " (weights stored as \(storage.rawValue))")
    }
  }
  return layers.isEmpty ? nil : "computed in float: " + sentence(layers)
}

extension GraphIR.Operation {
  fileprivate var integerWeightBits: Int? {
    if case .integer(let bits) = traits.storedWeights { bits } else { nil }
  }
}
