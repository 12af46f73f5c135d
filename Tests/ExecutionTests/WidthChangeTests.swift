import Execution
import GraphIR
import Quantization
import Testing

/// A plan that goes on on grids of another width, against one that is compiled for them.
@Suite struct WidthChangeTests {
  static let batch = 8
  static let rates = UpdateRates(learningRate: 0.02, boundDecay: 1e-4)

  /// conv, batch norm, ReLU, conv, ReLU, average, dense: first and last layer stay at 8 bits.
  static func network() throws -> Model {
    let graph = try Graph(
      sequential: [
        .convolution(outputs: 16, kernel: 3), .batchNorm, .activation(.relu),
        .convolution(outputs: 16, kernel: 3),
        .activation(.relu), .pool(Pooling(.average, kernel: 2)), .dense(outputs: 4),
      ], architecture: "test", input: Shape(channels: 2, height: 6, width: 6))
    return Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 3))
  }

  static func policy(_ bits: Int, _ scheme: QuantizationPolicy.Scheme) -> QuantizationPolicy {
    QuantizationPolicy(weightBits: bits, activationBits: bits, scheme: scheme)
  }

  static func plan(_ model: Model) throws -> TrainingPlan {
    // Without momentum nothing but the model itself goes from step to step.
    try TrainingPlan(model, batch: batch, optimizer: .sgd(momentum: 0))
  }

  static func step(_ plan: TrainingPlan, _ index: Int, rates: UpdateRates = rates) throws {
    let images = formulaValues("images\(index)", salt: "widths", count: plan.input.count)
    _ = plan.input.update(fromContentsOf: images)
    try plan.forward()
    let direction = formulaValues("direction\(index)", salt: "widths", count: plan.logits.count)
    _ = plan.logitsGradient.update(fromContentsOf: direction)
    try plan.backward()
    plan.update(rates)
  }

  @Test(arguments: QuantizationPolicy.Scheme.allCases, [2, 4, 7])
  func theStepsAfterAreThoseOfAPlanForTheNewWidth(_ scheme: QuantizationPolicy.Scheme, _ bits: Int) throws {
    let float = try Self.network()
    let narrow = try prepare(float.graph, policy: Self.policy(bits, scheme))
    let plan = try Self.plan(prepare(float, policy: Self.policy(8, scheme)))
    for index in 0..<3 { try Self.step(plan, index) }
    var model = Model(kind: .fakeQuantized, graph: narrow, parameters: try plan.exportParameters())
    try plan.adopt(narrow)
    #expect(plan.graph == narrow)
    // LSQ's scales of the layer that changes start anew; the others go on.
    for name in ["conv2.weight_scale", "relu2.activation_post_process.scale"] {
      #expect((model.parameters[name] != nil) == (scheme == .learnedScale))
      model.parameters[name] = nil
    }
    let compiled = try Self.plan(model)
    for index in 3..<6 {
      try Self.step(plan, index)
      try Self.step(compiled, index)
      #expect(Array(plan.logits) == Array(compiled.logits))
    }
    #expect(try plan.exportParameters() == compiled.exportParameters())
  }

  /// s = 2·mean|w|/√Q_P of the weights at the switch, Q_P 7 for 4 bits and 1 for 2.
  @Test(arguments: [(4, Float(7)), (2, 1)])
  func trainedScalesStartAnewFromTheWeightsAsTheyAre(bits: Int, edge: Float) throws {
    let float = try Self.network()
    let plan = try Self.plan(prepare(float, policy: Self.policy(8, .learnedScale)))
    for index in 0..<3 { try Self.step(plan, index) }
    let before = try plan.exportParameters()
    try plan.adopt(prepare(float.graph, policy: Self.policy(bits, .learnedScale)))
    #expect(try plan.exportParameters()["conv2.weight_scale"] == nil)
    try Self.step(plan, 3, rates: UpdateRates(learningRate: 0))
    let after = try plan.exportParameters()
    let weights = try #require(before["conv2.weight"]).floats
    let scales = try #require(after["conv2.weight_scale"]).floats
    let fanIn = weights.count / 16
    for output in 0..<16 {
      let own = weights[output * fanIn..<(output + 1) * fanIn]
      let expected = 2 * own.reduce(0) { $0 + abs($1) } / Float(fanIn) / edge.squareRoot()
      #expect(abs(scales[output] - expected) <= 1e-5 * expected)
    }
    #expect(after["conv1.weight_scale"] == before["conv1.weight_scale"])
    #expect(after["fc.weight_scale"] == before["fc.weight_scale"])
  }

  @Test func anObservedRangeAndABoundStay() throws {
    for (scheme, name) in [
      (QuantizationPolicy.Scheme.movingAverage, "max_val"), (.clippedActivation, "alpha"),
    ] {
      let float = try Self.network()
      let plan = try Self.plan(prepare(float, policy: Self.policy(8, scheme)))
      for index in 0..<2 { try Self.step(plan, index) }
      let before = try plan.exportParameters()
      try plan.adopt(prepare(float.graph, policy: Self.policy(3, scheme)))
      #expect(try plan.exportParameters() == before)
      #expect(before["relu2.activation_post_process." + name] != nil)
    }
  }

  @Test func moreThanAWidthIsRefused() throws {
    let float = try Self.network()
    let plan = try Self.plan(prepare(float, policy: Self.policy(8, .movingAverage)))
    let others = [
      QuantizationPolicy(backend: .qnnpack), QuantizationPolicy(backend: .xnnpack),
      QuantizationPolicy(scheme: .learnedScale), QuantizationPolicy(powerOfTwo: true),
      QuantizationPolicy(rules: [LayerRule("conv2", .float(.float32))]),
    ]
    for policy in others {
      #expect(throws: PlanError.self) { try plan.adopt(prepare(float.graph, policy: policy)) }
    }
    #expect(throws: PlanError.self) { try plan.adopt(float.graph) }
    #expect(try plan.graph == prepare(float.graph, policy: Self.policy(8, .movingAverage)))
  }
}
