import Execution
import GraphIR
import Quantization
import Testing

/// Which parameters decay reaches: one update without any gradient, so that decay is all that moves them.
@Suite struct WeightDecayTests {
  private static let (rate, decay, bound): (Double, Double, Double) = (0.1, 0.5, 0.2)

  /// conv > bn > relu > flatten > fc, every parameter 0.5 but what training adds.
  private static func model(_ scheme: QuantizationPolicy.Scheme?) throws -> Model {
    var graph = Graph(architecture: "test", input: Shape(channels: 1, height: 4, width: 4))
    try graph.append(
      "conv1", .convolution(Convolution(inputs: 1, outputs: 4, kernel: 3, padding: 1, hasBias: false)), 0)
    try graph.append("bn1", .batchNorm(BatchNorm(channels: 4)), graph.output)
    try graph.append("relu1", .activation(.relu), graph.output)
    try graph.append("flatten", .flatten, graph.output)
    try graph.append("fc", .dense(Dense(inputs: 64, outputs: 3)), graph.output)
    var parameters = initialParameters(for: graph, seed: 3)
    for name in parameters.names where !name.contains("running") {
      let shape = parameters[name]?.shape ?? []
      parameters[name] = Tensor([Float](repeating: 0.5, count: shape.reduce(1, *)), shape: shape)
    }
    let model = Model(kind: .float, graph: graph, parameters: parameters)
    return try scheme.map { try prepare(model, policy: QuantizationPolicy(scheme: $0)) } ?? model
  }

  /// Parameters before and after an update whose gradients are all zero.
  private static func updated(
    _ optimizer: OptimizerKind, _ scheme: QuantizationPolicy.Scheme? = nil,
    precision: TrainingPrecision = .float32
  ) throws -> (before: ParameterSet, after: ParameterSet) {
    let plan = try TrainingPlan(try model(scheme), batch: 2, optimizer: optimizer, precision: precision)
    for place in plan.input.indices { plan.input[place] = Float(place % 7) / 7 }
    try plan.forward()
    let before = try plan.exportParameters()
    for place in plan.logitsGradient.indices { plan.logitsGradient[place] = 0 }
    try plan.backward()
    plan.update(UpdateRates(learningRate: rate, decay: decay, boundDecay: bound))
    return (before, try plan.exportParameters())
  }

  private static let weights = ["conv1.weight", "fc.weight"]
  private static let offsets = ["bn1.weight", "bn1.bias", "fc.bias"]

  @Test(arguments: [TrainingPrecision.float32, .bfloat16])
  func adamWShrinksWeightsAlone(precision: TrainingPrecision) throws {
    guard precision.isSupported else { return }
    let (before, after) = try Self.updated(.adamW(), precision: precision)
    for name in Self.weights {
      let values = try #require(after[name]).floats
      #expect(values.allSatisfy { abs($0 - 0.5 * Float(1 - Self.rate * Self.decay)) < 1e-6 }, "\(name)")
    }
    for name in Self.offsets { #expect(after[name] == before[name], "\(name)") }
  }

  @Test(arguments: [OptimizerKind.adam(), .sgd(momentum: 0)])
  func l2ReachesBiasesAndBatchNormToo(optimizer: OptimizerKind) throws {
    let (_, after) = try Self.updated(optimizer)
    // Adam's first step is lr whatever the gradient's size; SGD's is lr · decay · w.
    let step = optimizer == .adam() ? Self.rate : Self.rate * Self.decay * 0.5
    for name in Self.weights + Self.offsets {
      let values = try #require(after[name]).floats
      #expect(values.allSatisfy { abs($0 - Float(0.5 - step)) < 1e-5 }, "\(name) \(values[0])")
    }
  }

  @Test(arguments: [OptimizerKind.adam(), .adamW(), .sgd(momentum: 0)])
  func learnedScalesHaveNoDecay(optimizer: OptimizerKind) throws {
    let (before, after) = try Self.updated(optimizer, .learnedScale)
    let scales = before.names.filter { $0.hasSuffix("scale") }
    #expect(!scales.isEmpty)
    for name in scales { #expect(after[name] == before[name], "\(name)") }
  }

  /// λ has α to itself: Adam divides it by its own size, so α loses lr; with the others it loses lr · λ · α.
  @Test(arguments: [OptimizerKind.adam(), .adamW(), .sgd(momentum: 0)])
  func clippingBoundsHaveADecayOfTheirOwn(optimizer: OptimizerKind) throws {
    let (before, after) = try Self.updated(optimizer, .clippedActivation)
    let bounds = before.names.filter { $0.hasSuffix("alpha") }
    #expect(!bounds.isEmpty)
    for name in bounds {
      let start = Double(try #require(before[name]).floats[0])
      let end = Double(try #require(after[name]).floats[0])
      let loss = optimizer == .adam() ? Self.rate : Self.rate * Self.bound * start
      #expect(abs(start - loss - end) < 1e-5, "\(name): \(start) to \(end)")
    }
  }
}
