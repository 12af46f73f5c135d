import Execution
import GraphIR
import Quantization
import Testing

@Suite struct DropoutTests {
  /// flatten and dropout, then the identity as dense layer: logits are the masked pixels.
  static func model(rate: Float) throws -> Model {
    var graph = Graph(architecture: "test", input: Shape(channels: 1, height: 4, width: 4))
    try graph.append("flatten", .flatten, 0)
    try graph.append("dropout", .dropout(Dropout(rate: rate)), 1)
    try graph.append("fc", .dense(Dense(inputs: 16, outputs: 16, hasBias: false)), 2)
    let identity = (0..<256).map { $0 % 17 == 0 ? Float(1) : 0 }
    return Model(
      kind: .float, graph: graph, parameters: ParameterSet(["fc.weight": Tensor(identity, shape: [16, 16])]))
  }

  static func masked(_ plan: TrainingPlan, seed: UInt64, step: UInt64) throws -> [Float] {
    (plan.phase.randomSeed, plan.phase.randomStep) = (seed, step)
    plan.input.update(repeating: 1)
    try plan.forward()
    return Array(plan.logits)
  }

  @Test(arguments: [Float(0), 0.2, 0.5, 0.9]) func theKeptShareIsScaledToTheSameMean(_ rate: Float) throws {
    let plan = try TrainingPlan(Self.model(rate: rate), batch: 512, optimizer: .adam())
    let values = try Self.masked(plan, seed: 1, step: 0)
    let kept = values.filter { $0 != 0 }
    #expect(kept.allSatisfy { abs($0 - 1 / (1 - rate)) < 1e-5 })
    // 8192 draws: four standard deviations are at most 0.022.
    #expect(abs(Float(kept.count) / Float(values.count) - (1 - rate)) < 0.022)
  }

  @Test func masksDependOnSeedAndStepAndComeAgain() throws {
    let plan = try TrainingPlan(Self.model(rate: 0.5), batch: 8, optimizer: .adam())
    let first = try Self.masked(plan, seed: 1, step: 0)
    #expect(try Self.masked(plan, seed: 1, step: 1) != first)
    #expect(try Self.masked(plan, seed: 2, step: 0) != first)
    #expect(try Self.masked(plan, seed: 1, step: 0) == first)
    let other = try TrainingPlan(Self.model(rate: 0.5), batch: 8, optimizer: .adam())
    #expect(try Self.masked(other, seed: 1, step: 0) == first)
  }

  @Test func theGradientPassesWhereTheValueDid() throws {
    let plan = try TrainingPlan(
      Self.model(rate: 0.5), batch: 8, optimizer: .adam(), differentiatesInput: true)
    let values = try Self.masked(plan, seed: 4, step: 9)
    plan.logitsGradient.update(repeating: 1)
    try plan.backward()
    #expect(plan.inputGradient.map(Array.init) == values)
  }

  @Test func inferencePassesEverythingOnAndKeepsImages() throws {
    var graph = Graph(architecture: "test", input: Shape(channels: 1, height: 4, width: 4))
    try graph.append("conv", .convolution(Convolution(inputs: 1, outputs: 3, kernel: 3, padding: 1)), 0)
    try graph.append("dropout", .dropout(Dropout(rate: 0.5)), 1)
    try graph.append("bn", .batchNorm(BatchNorm(channels: 3)), 2)
    try graph.append("again", .convolution(Convolution(inputs: 3, outputs: 2, kernel: 4)), 3)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 1))
    let folded = try foldBatchNorm(model)
    #expect(folded.graph.nodes.map(\.name) == ["input", "conv", "again"])
    let plan = try InferencePlan(folded, batch: 2)
    plan.input.update(repeating: 1)
    try plan.run()
    #expect(plan.logits[0] == plan.logits[2] && plan.logits[0] != 0)
  }
}
