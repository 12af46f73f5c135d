import Execution
import GraphIR
import Quantization
import Testing

/// Training in bfloat16 against training in floats, where the processor has both.
@Suite(.enabled(if: TrainingPrecision.bfloat16.isSupported)) struct HalfPrecisionTrainingTests {
  struct Network: CustomTestStringConvertible {
    let testDescription: String
    let input: Shape
    /// Roundings to 8 bits on the longest way from the images to the loss and back to a weight.
    let roundings: Double
    let build: @Sendable (inout Graph) throws -> Void
  }

  private static func convolution(
    _ name: String, _ inputs: Int, _ outputs: Int, _ kernel: Int, stride: Int = 1, hasBias: Bool = false
  ) -> (String, GraphIR.Operation) {
    (
      name,
      .convolution(
        Convolution(
          inputs: inputs, outputs: outputs, kernel: kernel, stride: stride, padding: kernel / 2,
          hasBias: hasBias))
    )
  }

  /// No ReLU and no maximum: a value that rounding carries over a kink changes a gradient by all of it.
  static let networks: [Network] = [
    Network(
      testDescription: "3×3 and 1×1 convolutions on planes of 16, 8, 4, 2 and 1 pixels",
      input: Shape(channels: 3, height: 16, width: 16), roundings: 30
    ) { graph in
      for (name, operation) in [
        convolution("stem", 3, 32, 3, hasBias: true), convolution("half", 32, 32, 3, stride: 2),
        convolution("eight", 32, 32, 3), convolution("quarter", 32, 48, 3, stride: 2),
        convolution("four", 48, 32, 3), convolution("eighth", 32, 32, 1, stride: 2),
        convolution("two", 32, 32, 3), convolution("single", 32, 32, 3, stride: 2),
        convolution("point", 32, 16, 3),
      ] {
        try graph.append(name, operation, graph.output)
      }
    },
    Network(
      testDescription: "batch norm, a residual, average pooling, channels that fill no block",
      input: Shape(channels: 2, height: 12, width: 12), roundings: 24
    ) { graph in
      let stem = convolution("stem", 2, 20, 3)
      try graph.append(stem.0, stem.1, 0)
      let norm = try graph.append("bn", .batchNorm(BatchNorm(channels: 20)), graph.output)
      let main = convolution("main", 20, 20, 3)
      try graph.append(main.0, main.1, norm)
      let mainNorm = try graph.append("main_bn", .batchNorm(BatchNorm(channels: 20)), graph.output)
      try graph.append("add", .add, mainNorm, norm)
      try graph.append("pool", .pool(Pooling(.average, kernel: 2)), graph.output)
      try graph.append("global", .pool(.globalAverage), graph.output)
    },
    Network(
      testDescription: "grouped and depthwise convolutions, in whichever type has fast code",
      input: Shape(channels: 3, height: 12, width: 12), roundings: 20
    ) { graph in
      let stem = convolution("stem", 3, 32, 3)
      try graph.append(stem.0, stem.1, 0)
      for (name, groups) in [("grouped", 2), ("depthwise", 32)] {
        try graph.append(
          name,
          .convolution(
            Convolution(
              inputs: 32, outputs: 32, kernel: 3, padding: 1, groups: groups, hasBias: false)),
          graph.output)
      }
      let point = convolution("point", 32, 16, 1)
      try graph.append(point.0, point.1, graph.output)
    },
  ]

  private func gradients(_ model: Model, _ precision: TrainingPrecision) throws -> [String: Tensor] {
    let plan = try TrainingPlan(
      model, batch: 8, optimizer: .adam(), precision: precision, differentiatesInput: true)
    _ = plan.input.update(fromContentsOf: formulaValues("images", salt: "half", count: plan.input.count))
    try plan.forward()
    _ = plan.logitsGradient.update(
      fromContentsOf: formulaValues("direction", salt: "half", count: plan.logits.count))
    try plan.backward()
    var result = try plan.exportGradients()
    result["images"] = Tensor(Array(try #require(plan.inputGradient)), shape: [plan.input.count])
    return result
  }

  @Test(arguments: networks) func gradientsAreThoseOfFloatsWithinRounding(_ network: Network) throws {
    var graph = Graph(architecture: "test", input: network.input)
    try network.build(&graph)
    try graph.append("flatten", .flatten, graph.output)
    try graph.append("fc", .dense(Dense(inputs: graph.outputShape.count, outputs: 4)), graph.output)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 5))
    let floats = try gradients(model, .float32)
    let halves = try gradients(model, .bfloat16)
    // Each rounding is off by 2⁻⁹ of the value at most; they are independent, and batch norm and the sums of few
    // values of either sign make an error up to four times as great beside the value.
    let tolerance = 4 * network.roundings.squareRoot() * 0x1p-9
    for (name, expected) in floats.sorted(by: { $0.key < $1.key }) {
      let found = try #require(halves[name]).floats
      let error = norm(zip(found, expected.floats).map { $0 - $1 })
      #expect(error <= tolerance * norm(expected.floats), "\(name): \(error) of \(norm(expected.floats))")
      #expect(name.hasPrefix("fc.bias") || found != expected.floats, "\(name) was not computed in bf16")
    }
  }

  private func norm(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  @Test(arguments: [false, true]) func trainingRepeatsBitForBit(quantized: Bool) throws {
    let network = try #require(Architecture.named("resnet18"))
    let graph = try network.build(Shape(channels: 1, height: 28, width: 28), 10)
    var model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 3))
    if quantized {
      model.graph = try prepare(graph, policy: QuantizationPolicy())
      model.kind = .fakeQuantized
    }
    let trained = try (0..<2).map { _ in try threeSteps(model) }
    #expect(trained[0] == trained[1])
    #expect(trained[0].allSatisfy { $0.isFinite })
  }

  private func threeSteps(_ model: Model) throws -> [Float] {
    let plan = try TrainingPlan(model, batch: 16, optimizer: .adam(), precision: .bfloat16)
    for step in 0..<3 {
      _ = plan.input.update(
        fromContentsOf: formulaValues("images \(step)", salt: "repeat", count: plan.input.count))
      try plan.forward()
      _ = plan.logitsGradient.update(
        fromContentsOf: formulaValues("gradient \(step)", salt: "repeat", count: plan.logits.count))
      try plan.backward()
      plan.update(UpdateRates(learningRate: 1e-3, decay: 0))
    }
    let set = try plan.exportParameters()
    return set.names.flatMap { set[$0]?.floats ?? [] }
  }
}
