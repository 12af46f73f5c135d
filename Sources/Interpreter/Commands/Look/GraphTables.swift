import GraphIR
import Text

/// The layers of a network with shapes and parameters; the input is left out.
func layerTable(_ graph: Graph) -> Table {
  Table(
    columns: [
      Table.Column("layer"), Table.Column("operation"), Table.Column("output", .right),
      Table.Column("parameters", .right),
    ],
    rows: graph.nodes.filter { $0.operation != .input }.map { node in
      [
        .text(node.name), .text(node.operation.words), cell(node.shape),
        node.operation.parameterCount == 0 ? .blank : .count(node.operation.parameterCount),
      ]
    })
}

/// The nodes of a graph in execution order, each with those that feed it.
func graphTable(_ graph: Graph) -> Table {
  let groups = groupNames(graph)
  return Table(
    columns: [
      Table.Column("node", .right), Table.Column("name"), Table.Column("operation"), Table.Column("inputs"),
      Table.Column("output", .right), Table.Column("group"),
    ],
    rows: graph.nodes.enumerated().map { id, node in
      [
        .plain(id), .text(node.name), .text(node.operation.words), cell(node.inputs), cell(node.shape),
        .text(groups[id] ?? ""),
      ]
    })
}

/// Where there is one, its number.
private func cell(_ inputs: [Graph.NodeID]) -> Table.Cell {
  inputs.count == 1 ? .plain(inputs[0]) : .text(inputs.map(String.init).joined(separator: ", "))
}

/// A vector's shape is a number.
private func cell(_ shape: Shape) -> Table.Cell {
  shape.spatial == 1 ? .plain(shape.channels) : .text(shape.description)
}

/// For each node of a group of several, which run as one layer, the group's number and parts: "2 conv+bn+relu".
private func groupNames(_ graph: Graph) -> [Graph.NodeID: String] {
  var names: [Graph.NodeID: String] = [:]
  var number = 0
  for group in graph.layerGroups {
    let members = [group.head, group.norm, group.add, group.activation, group.fakeQuantize]
      .compactMap { $0 }.reduce(into: [Graph.NodeID]()) { if !$0.contains($1) { $0.append($1) } }
    guard members.count > 1 else { continue }
    number += 1
    let parts = members.map { graph.nodes[$0].operation.shortName }.joined(separator: "+")
    for id in members { names[id] = "\(number) \(parts)" }
  }
  return names
}

extension GraphIR.Operation {
  /// What the name of a group calls it.
  fileprivate var shortName: String {
    switch self {
    case .input: "input"
    case .convolution, .integerConvolution: "conv"
    case .batchNorm: "bn"
    case .activation(let activation): activation.description
    case .pool, .integerPool: "pool"
    case .dense, .integerDense, .dynamicDense: "fc"
    case .add: "add"
    case .flatten: "flatten"
    case .dropout: "dropout"
    case .fakeQuantize: "quantize"
    case .quantize: "quantize"
    case .dequantize: "dequantize"
    case .requantize: "requantize"
    }
  }

  /// The operation with what decides it, for a cell of a table.
  fileprivate var words: String {
    switch self {
    case .input: "input"
    case .convolution(let convolution): "conv " + convolution.words + convolution.storage.words
    case .batchNorm: "batch norm"
    case .activation(let activation): activation.description
    case .pool(let pooling): pooling.words
    case .dense(let dense): "dense \(dense.inputs) → \(dense.outputs)" + dense.storage.words
    case .add: "add"
    case .flatten: "flatten"
    case .fakeQuantize(let fake): "fake quantize " + fake.grid.words
    case .dropout(let dropout): "dropout \(plain(Double(dropout.rate)))"
    case .quantize(let parameters): "quantize " + parameters.words
    case .dequantize(let parameters): "dequantize " + parameters.words
    case .dynamicDense(let dynamic):
      "dynamic int8 dense \(dynamic.dense.inputs) → \(dynamic.dense.outputs)"
    case .requantize(let requantization):
      "requantize " + requantization.input.words + (requantization.activation.map { ", \($0)" } ?? "")
        + " to "
        + requantization.output.words
    case .integerPool(let integer):
      "int8 " + integer.pooling.words + (integer.activation.map { ", " + $0.rawValue } ?? "") + ", to "
        + integer.output.words
    case .integerConvolution(let integer):
      "int\(integer.weightBits) conv " + integer.convolution.words
        + (integer.residual == nil ? "" : " + residual")
        + (integer.activation.map { ", " + $0.rawValue } ?? "") + ", to " + integer.output.words
    case .integerDense(let integer):
      "int\(integer.weightBits) dense \(integer.dense.inputs) → \(integer.dense.outputs)"
        + (integer.activation.map { ", " + $0.rawValue } ?? "")
        + (integer.output.map { ", to " + $0.words } ?? "")
    }
  }
}

extension Convolution {
  fileprivate var words: String {
    var words = "\(inputs) → \(outputs), \(kernel)×\(kernel)"
    if stride != 1 { words += ", stride \(stride)" }
    if padding != 0 { words += ", padding \(padding)" }
    if groups != 1 { words += ", \(groups) groups" }
    return words
  }
}

extension FloatStorage {
  fileprivate var words: String { self == .float32 ? "" : ", stored as \(rawValue)" }
}

extension Pooling {
  fileprivate var words: String {
    if global { return "average of the plane" }
    let kind = kind == .maximum ? "max" : "average"
    return "\(kind) pool \(kernel)×\(kernel)" + (stride == kernel ? "" : ", stride \(stride)")
      + (padding == 0 ? "" : ", padding \(padding)")
  }
}

extension QuantizationGrid {
  fileprivate var words: String {
    "\(minimum)…\(maximum)" + (symmetric ? " symmetric" : "") + (perChannel ? " per channel" : "")
  }
}

extension QuantizationParameters {
  fileprivate var words: String {
    "\(grid.minimum)…\(grid.maximum), scale \(scale), zero \(zeroPoint)"
  }
}
