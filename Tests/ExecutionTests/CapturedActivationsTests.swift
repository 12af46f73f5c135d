import Execution
import GraphIR
import Quantization
import Testing

/// Losses that look at inner layers: what they see, and where their gradient goes.
@Suite struct CapturedActivationsTests {
  /// A residual block whose input feeds two layers, between a stem and a classifier.
  private static func residual() throws -> Model {
    var graph = Graph(architecture: "test", input: Shape(channels: 2, height: 6, width: 6))
    let stem = try graph.append(
      "stem", .convolution(Convolution(inputs: 2, outputs: 20, kernel: 3, padding: 1, hasBias: false)), 0)
    let norm = try graph.append("stem_bn", .batchNorm(BatchNorm(channels: 20)), stem)
    let active = try graph.append("stem_relu", .activation(.relu), norm)
    let main = try graph.append(
      "block.conv", .convolution(Convolution(inputs: 20, outputs: 20, kernel: 3, padding: 1)), active)
    let sum = try graph.append("block.add", .add, main, active)
    let end = try graph.append("block.relu", .activation(.relu), sum)
    let pool = try graph.append("pool", .pool(Pooling(.average, kernel: 6)), end)
    let flat = try graph.append("flatten", .flatten, pool)
    try graph.append("fc", .dense(Dense(inputs: 20, outputs: 4)), flat)
    return Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 3))
  }

  @Test(arguments: [
    ["stem"], ["block.conv"], ["pool"], ["fc"], ["stem_bn", "block.add"], ["stem", "block.relu", "flatten"],
  ])
  func theGradientOfAnInnerLossIsTheSlopeOfTheWhole(names: [String]) throws {
    let model = try Self.residual()
    let images = formulaValues("images", salt: "capture", count: 3 * model.graph.inputShape.count)
    let direction = formulaValues("direction", salt: "capture", count: 3 * 4)
    let plan = try TrainingPlan(
      model, batch: 3, optimizer: .adam(), differentiatesInput: true, captures: names)
    let captured = try names.map { try #require(plan.captured($0)) }
    let directions = captured.enumerated().map { place, one in
      formulaValues("inner \(place)", salt: "capture", count: one.values.count)
    }
    func loss(_ parameters: ParameterSet) throws -> Double {
      try plan.load(parameters)
      _ = plan.input.update(fromContentsOf: images)
      try plan.forward()
      return zip(captured, directions).reduce(dot(plan.logits, direction)) { $0 + dot($1.0.values, $1.1) }
    }
    _ = try loss(model.parameters)
    _ = plan.logitsGradient.update(fromContentsOf: direction)
    for (one, direction) in zip(captured, directions) { _ = one.gradient.update(fromContentsOf: direction) }
    try plan.backward()
    for (name, gradient) in try plan.exportGradients().sorted(by: { $0.key < $1.key }) {
      let step = formulaValues(name, salt: "step", count: gradient.count)
      let distance: Float = 1 / 1024
      let values = try [distance, -distance].map { distance in
        var moved = model.parameters
        moved[name] = Tensor(
          zip(moved[name]?.floats ?? [], step).map { $0 + distance * $1 }, shape: gradient.shape)
        return try loss(moved)
      }
      let slope = (values[0] - values[1]) / Double(2 * distance)
      let found = gradient.floats.withUnsafeBufferPointer { dot($0, step) }
      let size = gradient.floats.withUnsafeBufferPointer { dot($0, gradient.floats) }.squareRoot()
      let scale = size * step.withUnsafeBufferPointer { dot($0, step) }.squareRoot()
      #expect(abs(slope - found) < 6e-3 * scale + 1e-3, "\(name): \(slope), found \(found)")
    }
  }

  @Test func withoutAnInnerGradientNothingChanges() throws {
    let model = try Self.residual()
    let images = formulaValues("images", salt: "capture", count: 3 * model.graph.inputShape.count)
    let gradients = try [[], ["stem", "block.conv"]].map { names in
      let plan = try TrainingPlan(model, batch: 3, optimizer: .adam(), captures: names)
      _ = plan.input.update(fromContentsOf: images)
      try plan.forward()
      plan.logitsGradient.update(repeating: 0.5)
      for name in names { plan.captured(name)?.gradient.update(repeating: 0) }
      try plan.backward()
      return try plan.exportGradients()
    }
    #expect(gradients[0] == gradients[1])
  }

  @Test func afterPrepareTheRoundedOutputOfTheSameLayerIsSeen() throws {
    var model = try Self.residual()
    model.graph = try prepare(model.graph, policy: QuantizationPolicy(activationBits: 3))
    model.kind = .fakeQuantized
    let layer = try #require(model.graph.featureLayer("block"))
    #expect(layer.head == "block.conv" && layer.output == "block.relu.fake_quantize")
    let plan = try TrainingPlan(model, batch: 3, optimizer: .adam(), captures: [layer.head])
    _ = plan.input.update(
      fromContentsOf: formulaValues("images", salt: "capture", count: plan.input.count))
    try plan.forward()
    let seen = Set(try #require(plan.captured("block.relu")).values)
    #expect(seen.count > 1 && seen.count <= 8, "three bits have eight values")
  }

  @Test func anInferencePlanSeesTheSameLayer() throws {
    let model = try foldBatchNorm(Self.residual())
    let group = try #require(
      model.graph.layerGroups.first { model.graph.nodes[$0.head].name == "block.conv" })
    let plan = try InferencePlan(model, batch: 2, capturing: [group.output])
    _ = plan.input.update(
      fromContentsOf: formulaValues("images", salt: "capture", count: plan.input.count))
    try plan.run()
    let values = try #require(plan.values(of: group.output))
    #expect(values.count == 2 * 20 * 36 && values.allSatisfy { $0 >= 0 } && values.contains { $0 > 0 })
    // What follows is the mean over each plane, and a dense layer.
    let weights = try model.parameter("fc.weight").floats
    let bias = try model.parameter("fc.bias").floats
    for image in 0..<2 {
      let means = (0..<20).map { channel in
        values[(image * 20 + channel) * 36..<(image * 20 + channel + 1) * 36].reduce(0, +) / 36
      }
      for output in 0..<4 {
        let expected = zip(means, weights[output * 20..<output * 20 + 20]).reduce(bias[output]) {
          $0 + $1.0 * $1.1
        }
        #expect(abs(plan.logits[image * 4 + output] - expected) < 1e-4)
      }
    }
  }

  @Test func anAuxiliaryParameterMovesWithTheOthersAndIsNotExported() throws {
    let model = try Self.residual()
    let plan = try TrainingPlan(
      model, batch: 2, optimizer: .sgd(momentum: 0),
      auxiliary: [AuxiliaryParameter(name: "regressor", initialValues: [1, 2, 3])])
    let before = try plan.exportParameters()
    let extra = try #require(plan.trained("regressor"))
    _ = extra.gradient.update(fromContentsOf: [1, 0, -2])
    plan.update(UpdateRates(learningRate: 0.5, decay: 0))
    #expect(Array(extra.values) == [0.5, 2, 4])
    #expect(try plan.exportParameters() == before)
    #expect(plan.gradientNorm == 0)
  }

  @Test func imagesAreNotALayer() throws {
    #expect(throws: PlanError.self) {
      try TrainingPlan(Self.residual(), batch: 2, optimizer: .adam(), captures: ["input"])
    }
  }

  private func dot(_ a: UnsafeBufferPointer<Float>, _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
