import Foundation
import GraphIR
import Quantization
import Testing

/// Rewrites of a graph that can't be carried over: one that came from elsewhere with a node that does not fit its input.
@Suite struct RewriteTests {
  struct Rewrite: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var run: @Sendable (Model) throws -> Void
  }

  static let rewrites = [
    Rewrite(testDescription: "absorb biases") { _ = try absorbBiases($0) },
    Rewrite(testDescription: "fold") { _ = try foldBatchNorm($0) },
    Rewrite(testDescription: "prepare") { _ = try prepare($0, policy: QuantizationPolicy()) },
    Rewrite(testDescription: "remove fake quantization") { _ = try removeFakeQuantization($0.graph) },
    Rewrite(testDescription: "quantize dynamically") { _ = try quantizeDynamically($0) },
  ]

  @Test(arguments: rewrites)
  func aNodeThatDoesNotFitIsNamedAndNotLost(_ rewrite: Rewrite) throws {
    let model = try Self.model(linearInputs: 9)
    #expect {
      try rewrite.run(model)
    } throws: { error in
      guard case RewriteError.misfit(let node, let reason) = error else { return false }
      return node == "fc" && reason.contains("9 features")
    }
  }

  @Test func conversionNamesTheNodeThatDoesNotFit() throws {
    var prepared = try prepare(Self.model(linearInputs: 8), policy: QuantizationPolicy())
    for case .fakeQuantize(let quantizer) in prepared.graph.nodes.map(\.operation) {
      prepared.parameters[quantizer.observer + ".min_val"] = Tensor([-1])
      prepared.parameters[quantizer.observer + ".max_val"] = Tensor([1])
    }
    #expect(throws: Never.self) { try convertToInteger(prepared) }
    prepared.graph = try Self.altered(prepared.graph, inputs: 9)
    #expect {
      try convertToInteger(prepared)
    } throws: { error in
      guard case RewriteError.misfit(let node, _) = error else { return false }
      return node == "fc"
    }
  }

  /// A convolution with batch norm, dropout and a dense layer of its own opinion of how many features come in: 8 do.
  private static func model(linearInputs: Int) throws -> Model {
    var graph = Graph(architecture: "odd", input: Shape(channels: 1, height: 2, width: 2))
    try graph.append("conv", .convolution(Convolution(inputs: 1, outputs: 2, kernel: 1)), 0)
    try graph.append("bn", .batchNorm(BatchNorm(channels: 2)), graph.output)
    try graph.append("dropout", .dropout(Dropout(rate: 0.5)), graph.output)
    try graph.append("flatten", .flatten, graph.output)
    try graph.append("fc", .dense(Dense(inputs: 8, outputs: 2)), graph.output)
    let parameters = initialParameters(for: graph, seed: 1)
    return Model(kind: .float, graph: try altered(graph, inputs: linearInputs), parameters: parameters)
  }

  /// The graph as a file could have it: no node is checked when it is decoded.
  private static func altered(_ graph: Graph, inputs: Int) throws -> Graph {
    let text = String(decoding: try JSONEncoder().encode(graph), as: UTF8.self)
    let changed = text.replacingOccurrences(of: "\"inputs\":8", with: "\"inputs\":\(inputs)")
    return try JSONDecoder().decode(Graph.self, from: Data(changed.utf8))
  }
}
