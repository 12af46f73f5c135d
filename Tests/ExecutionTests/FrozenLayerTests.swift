import Execution
import GraphIR
import Quantization
import Testing

/// Layers that stay as they are, and a last layer with a rate of its own.
@Suite struct FrozenLayerTests {
  private static let batch = 4

  private static func model(quantized: Bool = false) throws -> Model {
    let network = try #require(Architecture.named("resnet20"))
    let graph = try network.build(Shape(channels: 1, height: 8, width: 8), 10)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 3))
    guard quantized else { return model }
    return Model(
      kind: .fakeQuantized, graph: try prepare(graph, policy: QuantizationPolicy()),
      parameters: model.parameters)
  }

  /// Three steps on fixed images; the parameters before and after.
  private static func trained(
    _ model: Model, _ tempos: LayerTempos, headFactor: Double = 1, optimizer: OptimizerKind = .adam()
  ) throws -> (before: ParameterSet, after: ParameterSet, plan: TrainingPlan) {
    let plan = try TrainingPlan(model, batch: batch, optimizer: optimizer, tempos: tempos)
    for step in 0..<3 {
      for index in plan.input.indices { plan.input[index] = Float((index * 37 + step * 11) % 17) / 8 - 1 }
      try plan.forward()
      for index in plan.logitsGradient.indices {
        plan.logitsGradient[index] = Float((index * 7 + step) % 5) / 10 - 0.2
      }
      try plan.backward()
      plan.update(UpdateRates(learningRate: 0.01, decay: 0.01, headFactor: headFactor))
    }
    return (model.parameters, try plan.exportParameters(), plan)
  }

  @Test(arguments: [false, true], [["conv1", "layer1"], ["layer2.1.conv2"], ["fc"], ["bn1"]])
  func frozenLayersStayToTheBitAndAllOthersMove(quantized: Bool, prefixes: [String]) throws {
    let model = try Self.model(quantized: quantized)
    let names = model.graph.nodes.map(\.name).filter { name in
      prefixes.contains { name == $0 || name.hasPrefix($0 + ".") }
    }
    let (before, after, _) = try Self.trained(model, LayerTempos(frozen: Set(names)))
    // Batch norm stays with the convolution before it.
    let norms = ["conv1": "bn1", "layer2.1.conv2": "layer2.1.bn2"]
    let still = Set(names + names.compactMap { norms[$0] })
    for (name, tensor) in before.tensors {
      let layer = name.split(separator: ".").dropLast().joined(separator: ".")
      #expect((after[name] == tensor) == still.contains(layer), "\(name)")
    }
  }

  @Test func nothingIsComputedBackwardBelowTheLowestTrainedLayer() throws {
    let model = try Self.model()
    let all = try TrainingPlan(model, batch: Self.batch, optimizer: .adam())
    let body = Set(model.graph.nodes.map(\.name).filter { $0 != "fc" })
    let head = try TrainingPlan(
      model, batch: Self.batch, optimizer: .adam(), tempos: LayerTempos(frozen: body))
    func backward(_ plan: TrainingPlan) -> [String] {
      plan.stepDescriptions.map(\.label).filter { $0.contains("backward") || $0.contains("gradient") }
    }
    #expect(backward(all).count > 60)
    #expect(backward(head) == ["fc backward weights"])
    #expect(head.byteCount.parameters < all.byteCount.parameters)
  }

  /// What a frozen layer hands down is the gradient that it hands down unfrozen.
  @Test func layersBelowAFrozenOneGetTheSameGradient() throws {
    let network = try #require(Architecture.named("lenet5"))
    let graph = try network.build(Shape(channels: 1, height: 28, width: 28), 10)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 5))
    func gradients(_ frozen: Set<String>) throws -> [String: Tensor] {
      let plan = try TrainingPlan(
        model, batch: Self.batch, optimizer: .sgd(momentum: 0), tempos: LayerTempos(frozen: frozen))
      for index in plan.input.indices { plan.input[index] = Float(index * 37 % 17) / 8 - 1 }
      try plan.forward()
      for index in plan.logitsGradient.indices { plan.logitsGradient[index] = Float(index % 5) / 10 - 0.2 }
      try plan.backward()
      return try plan.exportGradients()
    }
    let all = try gradients([])
    let some = try gradients(["conv2", "fc1"])
    for name in ["conv1.weight", "conv1.bias", "fc2.weight", "fc3.bias"] { #expect(all[name] == some[name]) }
  }

  /// SGD moves by the rate times the gradient: half the rate, half the way.
  @Test func theHeadsRateIsItsOwn() throws {
    let model = try Self.model()
    func moved(_ factor: Double) throws -> [String: Float] {
      let plan = try TrainingPlan(
        model, batch: Self.batch, optimizer: .sgd(momentum: 0), tempos: LayerTempos(head: "fc"))
      for index in plan.input.indices { plan.input[index] = Float(index * 37 % 17) / 8 - 1 }
      try plan.forward()
      for index in plan.logitsGradient.indices { plan.logitsGradient[index] = Float(index % 5) / 10 - 0.2 }
      try plan.backward()
      plan.update(UpdateRates(learningRate: 0.01, headFactor: factor))
      let after = try plan.exportParameters()
      return ["fc.bias", "bn1.bias"].reduce(into: [:]) { moved, name in
        moved[name] = (after[name]?.floats[3] ?? 0) - (model.parameters[name]?.floats[3] ?? 0)
      }
    }
    let (one, ten) = (try moved(1), try moved(10))
    #expect(one["bn1.bias"] == ten["bn1.bias"])
    let ratio = try #require(ten["fc.bias"]) / (try #require(one["fc.bias"]))
    #expect(abs(ratio - 10) < 1e-3)
  }
}
