import Execution
import GraphIR
import Quantization
import Testing

/// Gradients of learned ranges: against plain loops, and against slopes where rounding does not step.
@Suite struct LearnedQuantizationTests {
  static let batch = 6
  static let hidden = 24
  static let weights = QuantizationGrid(minimum: -7, maximum: 7, symmetric: true, perChannel: true)
  static let positive = QuantizationGrid(minimum: 0, maximum: 15, symmetric: false)

  /// Images 2×3×3 → dense → ReLU → range → dense, everything but the images' grid learned.
  static func twoLayers(_ method: RangeMethod) throws -> Model {
    var graph = Graph(architecture: "test", input: Shape(channels: 2, height: 3, width: 3))
    try graph.append("flatten", .flatten, graph.output)
    for (name, inputs, outputs) in [("fc1", 18, hidden), ("fc2", hidden, 4)] {
      var dense = Dense(inputs: inputs, outputs: outputs)
      (dense.weightGrid, dense.learnsWeightScale) = (weights, true)
      try graph.append(name, .dense(dense), graph.output)
      guard name == "fc1" else { continue }
      try graph.append("relu", .activation(.relu), graph.output)
      try graph.append(
        "range", .fakeQuantize(FakeQuantize(observer: "act", grid: positive, method: method)), graph.output)
    }
    var parameters = initialParameters(for: graph, seed: 21)
    parameters["fc1.weight_scale"] = Tensor(
      formulaValues("s1", salt: "lsq", count: hidden).map { 0.04 + 0.02 * $0 })
    parameters["fc2.weight_scale"] = Tensor(
      formulaValues("s2", salt: "lsq", count: 4).map { 0.03 + 0.01 * $0 })
    return Model(kind: .fakeQuantized, graph: graph, parameters: parameters)
  }

  private static func images(_ model: Model) -> [Float] {
    formulaValues("images", salt: "lsq", count: batch * model.graph.inputShape.count)
  }

  private static let direction = formulaValues("direction", salt: "lsq", count: batch * 4)

  /// Gradients of Σ direction·logits, and the loss at other parameters.
  private static func differentiate(_ model: Model, frozenNorm: Bool = false) throws
    -> (gradients: [String: Tensor], loss: (ParameterSet) throws -> Double)
  {
    let plan = try TrainingPlan(model, batch: batch, optimizer: .adam())
    plan.phase.batchNormFrozen = frozenNorm
    let images = images(model)
    func loss(_ parameters: ParameterSet) throws -> Double {
      try plan.load(parameters)
      _ = plan.input.update(fromContentsOf: images)
      try plan.forward()
      return zip(plan.logits, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    _ = try loss(model.parameters)
    _ = plan.logitsGradient.update(fromContentsOf: direction)
    try plan.backward()
    return (try plan.exportGradients(), loss)
  }

  @Test(arguments: [RangeMethod.learnedScale, .clippedActivation])
  func gradientsAreThoseOfThePlainLoops(_ method: RangeMethod) throws {
    var model = try Self.twoLayers(method)
    let name = method == .learnedScale ? "act.scale" : "act.alpha"
    let value: Float = method == .learnedScale ? 0.03 : 0.45
    model.parameters[name] = Tensor([value])
    let (gradients, _) = try Self.differentiate(model)

    func values(_ name: String) -> [Double] { model.parameters[name]?.floats.map(Double.init) ?? [] }
    var plain = PlainQuantizedNetwork(
      inputs: 18, hidden: Self.hidden, outputs: 4, first: values("fc1.weight"),
      firstBias: values("fc1.bias"), second: values("fc2.weight"), firstScales: values("fc1.weight_scale"),
      secondScales: values("fc2.weight_scale"), range: .learnedScale(Double(value)), weightEdge: 7,
      activationEdge: 15)
    if method == .clippedActivation { plain.range = .clipped(alpha: Double(value)) }
    let expected = plain.gradients(
      x: Self.images(model).map(Double.init), direction: Self.direction.map(Double.init))

    func expectNear(_ found: Tensor?, _ expected: [Double], _ name: String) throws {
      let found = try #require(found).floats
      #expect(found.count == expected.count)
      let size = expected.reduce(1e-3) { max($0, abs($1)) }
      for (f, e) in zip(found, expected) { #expect(abs(Double(f) - e) < 2e-3 * size, "\(name)") }
    }
    try expectNear(gradients["fc1.weight"], expected.firstWeight, "fc1.weight")
    try expectNear(gradients["fc1.weight_scale"], expected.firstScale, "fc1.weight_scale")
    try expectNear(gradients["fc2.weight_scale"], expected.secondScale, "fc2.weight_scale")
    try expectNear(gradients[name], [expected.range], name)
  }

  /// Where every value lies beyond its grid the output is linear in the range, and slopes can be measured.
  @Test(arguments: [RangeMethod.learnedScale, .clippedActivation])
  func clippedActivationsMoveWithTheirRange(_ method: RangeMethod) throws {
    var model = try Self.twoLayers(method)
    let learned = method == .learnedScale
    let name = learned ? "act.scale" : "act.alpha"
    let value: Float = learned ? 1e-5 : 1e-4
    model.parameters[name] = Tensor([value])
    // A bias is rounded to steps of the range, which finite differences would see.
    model.parameters["fc2.bias"] = Tensor(repeating: 0, shape: [4])
    let (gradients, loss) = try Self.differentiate(model)
    let slope = try centralDifference(of: loss, model.parameters, name, at: 0, by: value / 4)
    let share = learned ? 1 / (Double(Self.hidden) * 15).squareRoot() : 1
    let found = Double(gradients[name]?.floats[0] ?? .nan)
    #expect(abs(found - slope * share) < 2e-3 * abs(slope * share), "\(found), \(slope * share)")
    #expect(abs(slope) > 1e-3)
  }

  /// A convolution with batch norm, whose folded weights all lie beyond the grid.
  @Test(arguments: [true, false]) func clippedFoldedWeightsMoveWithTheirScale(_ perChannel: Bool) throws {
    var graph = Graph(architecture: "test", input: Shape(channels: 2, height: 3, width: 3))
    var convolution = Convolution(inputs: 2, outputs: 5, kernel: 3, padding: 1, hasBias: false)
    convolution.weightGrid = Self.weights
    convolution.weightGrid?.perChannel = perChannel
    convolution.learnsWeightScale = true
    try graph.append("conv", .convolution(convolution), 0)
    try graph.append("bn", .batchNorm(BatchNorm(channels: 5)), graph.output)
    try graph.append("relu", .activation(.relu), graph.output)
    try graph.append("flatten", .flatten, graph.output)
    try graph.append("fc", .dense(Dense(inputs: 45, outputs: 4)), graph.output)
    var parameters = initialParameters(for: graph, seed: 5)
    parameters["bn.weight"] = Tensor([1, -0.5, 2, 1.5, 0.7])
    parameters["bn.running_var"] = Tensor([0.5, 1, 2, 0.25, 1.5])
    parameters["conv.weight"] = Tensor(
      (parameters["conv.weight"]?.floats ?? []).map { $0 < 0 ? $0 - 0.2 : $0 + 0.2 }, shape: [5, 2, 3, 3])
    let scales: [Float] = perChannel ? [0.004, 0.003, 0.005, 0.006, 0.002] : [0.004]
    parameters["conv.weight_scale"] = Tensor(scales)
    let model = Model(kind: .fakeQuantized, graph: graph, parameters: parameters)
    let (gradients, loss) = try Self.differentiate(model, frozenNorm: true)
    for output in scales.indices {
      let slope = try centralDifference(
        of: loss, parameters, "conv.weight_scale", at: output, by: scales[output] / 64)
      let expected = slope / (Double(perChannel ? 18 : 90) * 7).squareRoot()
      let found = Double(gradients["conv.weight_scale"]?.floats[output] ?? .nan)
      #expect(abs(found - expected) < 1e-2 * abs(expected) + 1e-4, "\(output): \(found), \(expected)")
    }
    // Nothing inside the grid: no weight gets a gradient.
    #expect(gradients["conv.weight"]?.floats.allSatisfy { $0 == 0 } == true)
  }

  private func centralDifference(
    of loss: (ParameterSet) throws -> Double, _ parameters: ParameterSet, _ name: String, at index: Int,
    by distance: Float
  ) throws -> Double {
    func moved(_ step: Float) -> ParameterSet {
      var set = parameters
      var values = set[name]?.floats ?? []
      values[index] += step
      set[name] = Tensor(values)
      return set
    }
    return (try loss(moved(distance)) - loss(moved(-distance))) / Double(2 * distance)
  }

  /// Two nodes on one grid: an average of values that all lie at its end adds nothing of its own.
  @Test func anAverageOnTheSameGridAddsItsGradient() throws {
    var graph = Graph(architecture: "test", input: Shape(channels: 2, height: 4, width: 4))
    try graph.append("conv", .convolution(Convolution(inputs: 2, outputs: 16, kernel: 3, padding: 1)), 0)
    try graph.append("relu", .activation(.relu), graph.output)
    var quantizer = FakeQuantize(observer: "act", grid: Self.positive, method: .learnedScale)
    try graph.append("range", .fakeQuantize(quantizer), graph.output)
    try graph.append("pool", .pool(Pooling(.average, kernel: 2)), graph.output)
    quantizer.observes = false
    try graph.append("again", .fakeQuantize(quantizer), graph.output)
    try graph.append("flatten", .flatten, graph.output)
    try graph.append("fc", .dense(Dense(inputs: graph.outputShape.count, outputs: 4)), graph.output)
    var parameters = initialParameters(for: graph, seed: 9)
    parameters["act.scale"] = Tensor([1e-6])
    let model = Model(kind: .fakeQuantized, graph: graph, parameters: parameters)
    let (gradients, loss) = try Self.differentiate(model)
    let slope = try centralDifference(of: loss, parameters, "act.scale", at: 0, by: 0.5e-6)
    // Every value is 0 or 15·s, so averages are multiples of 15/4: their rounding is the only difference.
    let found = Double(gradients["act.scale"]?.floats[0] ?? .nan)
    let expected = slope / (16 * 16 * 15.0).squareRoot()
    #expect(abs(found - expected) < 2e-2 * abs(expected), "\(found), \(expected)")
  }

  @Test func rangesStartFromTheFirstBatchAsPublished() throws {
    var model = try Self.twoLayers(.learnedScale)
    model.parameters["fc1.weight_scale"] = nil
    model.parameters["fc2.weight_scale"] = nil
    let plan = try TrainingPlan(model, batch: Self.batch, optimizer: .adam())
    #expect(try plan.exportParameters()["act.scale"] == nil)
    _ = plan.input.update(fromContentsOf: Self.images(model))
    try plan.forward()
    let started = try plan.exportParameters()
    let weight = try #require(model.parameters["fc1.weight"]).floats
    let scales = try #require(started["fc1.weight_scale"]).floats
    for output in 0..<Self.hidden {
      let row = weight[output * 18..<(output + 1) * 18]
      let mean = row.reduce(0.0) { $0 + abs(Double($1)) } / 18
      #expect(abs(Double(scales[output]) - 2 * mean / 7.0.squareRoot()) < 1e-6)
    }
    // v of the first batch, from the weights as they were rounded.
    let bias = try #require(model.parameters["fc1.bias"]).floats
    let images = Self.images(model)
    var sum = 0.0
    for row in 0..<Self.batch {
      for output in 0..<Self.hidden {
        var v = Double(bias[output])
        for input in 0..<18 {
          let code = (weight[output * 18 + input] / scales[output]).rounded(.toNearestOrEven)
          v += Double(min(max(code, -7), 7) * scales[output] * images[row * 18 + input])
        }
        sum += max(v, 0)
      }
    }
    let mean = sum / Double(Self.batch * Self.hidden)
    let scale = try #require(started["act.scale"]).floats[0]
    #expect(abs(Double(scale) - 2 * mean / 15.0.squareRoot()) < 1e-5)
  }

  @Test(arguments: [
    (RangeMethod.learnedScale, "act.scale", Float(3) / 15), (.clippedActivation, "act.alpha", 3),
  ])
  func rangesStartFromCalibratedOnesWhereTheModelHasThem(
    _ method: RangeMethod, _ name: String, _ expected: Float
  ) throws {
    var model = try Self.twoLayers(method)
    model.parameters["act.min_val"] = Tensor([0])
    model.parameters["act.max_val"] = Tensor([3])
    let plan = try TrainingPlan(model, batch: Self.batch, optimizer: .adam())
    let found = try #require(try plan.exportParameters()[name]).floats[0]
    #expect(abs(found - expected) < 1e-6)
    // What was trained counts more than what was observed.
    model.parameters[name] = Tensor([0.125])
    try plan.load(model.parameters)
    #expect(try plan.exportParameters()[name] == Tensor([0.125]))
  }
}
