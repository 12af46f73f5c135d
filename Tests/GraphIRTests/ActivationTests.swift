import Foundation
import GraphIR
import Testing

@Suite struct ActivationTests {
  private static let values = (-160...160).map { Float($0) / 20 } + [-1e6, 1e6, -1e-6, 1e-6]

  /// PyTorch's documented formulas.
  static let formulas: [(text: String, value: @Sendable (Double) -> Double)] = [
    ("relu", { max($0, 0) }),
    ("relu6", { min(max($0, 0), 6) }),
    ("leakyrelu(0.1)", { max($0, 0) + 0.1 * min($0, 0) }),
    ("hardswish", { $0 * min(max($0 + 3, 0), 6) / 6 }),
  ]

  @Test(arguments: 0..<formulas.count)
  func valuesAreThoseOfPyTorchsFormula(index: Int) throws {
    let (text, formula) = Self.formulas[index]
    let activation = try #require(Activation(text))
    for x in Self.values {
      let expected = formula(Double(x))
      #expect(abs(Double(activation.value(at: x)) - expected) <= 1e-6 + 1e-6 * abs(expected), "\(text) \(x)")
    }
  }

  @Test(arguments: ["leakyrelu(0.1)", "leakyrelu", "hardswish"])
  func theDerivativeIsTheSlope(text: String) throws {
    let curve = try #require(Activation(text)?.curve)
    for x in Self.values where abs(x) < 10 && abs(x - curve.lower) > 0.01 && abs(x - curve.upper) > 0.01 {
      let slope = (curve.value(at: x + 1 / 128) - curve.value(at: x - 1 / 128)) * 64
      #expect(abs(slope - curve.derivative(at: x)) < 2e-3, "\(x)")
    }
    // PyTorch's subgradients.
    if text == "leakyrelu(0.1)" { #expect(curve.derivative(at: 0) == 0.1) }
  }

  @Test(arguments: ["relu", "relu6", "leakyrelu(0.01)", "leakyrelu(0.1)", "leakyrelu(0.3)", "hardswish"])
  func anActivationIsStoredAsItIsWritten(text: String) throws {
    let operation = GraphIR.Operation.activation(try #require(Activation(text)))
    let stored = Data("{\"activation\":{\"_0\":\"\(text)\"}}".utf8)
    #expect(try JSONDecoder().decode(GraphIR.Operation.self, from: stored) == operation)
    #expect(try JSONEncoder().encode(operation) == stored)
  }

  @Test(arguments: [
    "gelu", "leakyrelu(1.5)", "leakyrelu(-0.1)", "leakyrelu(0.1", "leakyrelu(x)", "relu(1)", "",
  ])
  func whatHasNoArithmeticIsNoActivation(text: String) {
    #expect(Activation(text) == nil)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(
        GraphIR.Operation.self, from: Data("{\"activation\":{\"_0\":\"\(text)\"}}".utf8))
    }
  }

  /// An integer model's table holds whatever f is; its layers clamp, so nothing but a rectifier fits there.
  @Test func anIntegerLayerReadsTheRectifierOfToday() throws {
    #expect(
      try JSONDecoder().decode([Rectifier].self, from: Data("[\"relu\",\"relu6\"]".utf8)) == [.relu, .relu6])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Rectifier].self, from: Data("[\"hardswish\"]".utf8))
    }
  }

  @Test func aCurveHeadsAGroupAndKeepsWhatFollowsOut() throws {
    let curve = try #require(Activation("hardswish"))
    let graph = try Graph(
      sequential: [
        .convolution(outputs: 4, kernel: 3), .batchNorm, .activation(curve), .activation(.relu),
        .dense(outputs: 2),
      ], architecture: "curved", input: Shape(channels: 1, height: 4, width: 4))
    let members = graph.layerGroups.map { $0.members.map { graph.nodes[$0].name } }
    #expect(
      members == [["input"], ["conv1", "bn1"], ["hardswish1"], ["relu1"], ["fc.flatten"], ["fc"]])
  }
}
