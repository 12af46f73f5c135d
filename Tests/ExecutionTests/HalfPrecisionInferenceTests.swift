import Execution
import GraphIR
import Quantization
import Testing

/// Forward passes in bfloat16 against plain loops in Double and against forward passes in floats.
@Suite(.enabled(if: TrainingPrecision.bfloat16.isSupported)) struct HalfPrecisionInferenceTests {
  @Test(arguments: MatrixConvolutionTests.layers + MatrixConvolutionTests.randomLayers)
  func sumsAreThoseOfPlainLoops(_ layer: MatrixConvolutionTests.Layer) throws {
    var graph = Graph(
      architecture: "layer", input: Shape(channels: layer.inputs, height: layer.side, width: layer.side))
    let convolution = Convolution(
      inputs: layer.inputs, outputs: layer.outputs, kernel: layer.kernel, stride: layer.stride,
      padding: layer.padding, hasBias: layer.hasBias)
    try graph.append("conv", .convolution(convolution), graph.output)
    try graph.append("flatten", .flatten, graph.output)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 4))
    let plan = try InferencePlan(model, batch: layer.batch, precision: .bfloat16)
    let images = halved(formulaValues("images", salt: "halves", count: plan.input.count))
    _ = plan.input.update(fromContentsOf: images)
    try plan.run()
    let weights = halved(try #require(model.parameters["conv.weight"]).floats)
    let bias = model.parameters["conv.bias"]?.floats
    let plane = plan.logits.count / layer.batch / layer.outputs
    var sums = plan.logits.indices.map { Double(bias?[$0 / plane % layer.outputs] ?? 0) }
    for pair in plainPairs(convolution, side: layer.side, batch: layer.batch) {
      sums[pair.output] += Double(images[pair.input]) * Double(weights[pair.weight])
    }
    // What is kept in bfloat16 has 8 bits.
    expectNear(Array(plan.logits), sums, "sums", within: 1.0 / 256)
  }

  @Test(arguments: Architecture.all.map(\.name), [1, 6])
  func logitsOfEveryArchitectureAreNearThoseInFloats(_ name: String, batch: Int) throws {
    let architecture = try #require(Architecture.named(name))
    let graph = try architecture.build(Shape(channels: 3, height: 32, width: 32), 10)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 2))
    func logits(_ precision: TrainingPrecision) throws -> (values: [Float], codes: Set<String?>) {
      let plan = try InferencePlan(foldBatchNorm(model), batch: batch, precision: precision)
      _ = plan.input.update(
        fromContentsOf: formulaValues("images", salt: "half", count: plan.input.count))
      try plan.run()
      return (Array(plan.logits), Set(plan.stepDescriptions.map(\.implementation)))
    }
    let (exact, _) = try logits(.float32)
    let (found, codes) = try logits(.bfloat16)
    let convolves = graph.nodes.contains { if case .convolution = $0.operation { true } else { false } }
    #expect(codes.contains { $0?.contains("bf16") ?? false } == convolves)
    let largest = exact.map(abs).max() ?? 0
    let furthest = zip(exact, found).map { abs($0 - $1) }.max() ?? 0
    #expect(furthest <= 0.05 * largest, "\(furthest) of \(largest)")
    #expect(furthest > 0 || !convolves)
  }

  /// Only a float model's convolutions have a choice.
  @Test func aFakeQuantizedModelIsComputedAsItIs() throws {
    let graph = try #require(Architecture.named("qatcnn")).build(
      Shape(channels: 1, height: 28, width: 28), 10)
    let float = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 2))
    var prepared = try prepare(absorbBiases(float), policy: QuantizationPolicy())
    let observing = try TrainingPlan(prepared, batch: 4, optimizer: .adam())
    _ = observing.input.update(
      fromContentsOf: formulaValues("images", salt: "seen", count: observing.input.count))
    try observing.forward()
    prepared.parameters = try observing.exportParameters()
    let model = try foldBatchNorm(prepared)
    let plans = try [TrainingPrecision.float32, .bfloat16].map {
      try InferencePlan(model, batch: 3, precision: $0)
    }
    let logits = try plans.map { plan in
      _ = plan.input.update(fromContentsOf: formulaValues("images", salt: "one", count: plan.input.count))
      try plan.run()
      return Array(plan.logits)
    }
    #expect(logits[0] == logits[1])
  }
}
