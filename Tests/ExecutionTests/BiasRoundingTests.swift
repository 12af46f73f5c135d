import Execution
import GraphIR
import Quantization
import Testing

/// What a step of training computes once its statistics stand still is what evaluation computes: biases in whole units of
/// the integer model too, alone, behind batch norm and in a batch norm that stands alone.
@Suite struct BiasRoundingTests {
  private static let batch = 16

  private func network(bits: Int) throws -> Model {
    let graph = try Graph(
      sequential: [
        .convolution(outputs: 8, kernel: 3), .batchNorm, .activation(.relu),
        .pool(Pooling(.maximum, kernel: 2)),
        .batchNorm, .convolution(outputs: 8, kernel: 3), .activation(.relu), .dense(outputs: 12),
        .activation(.relu), .dense(outputs: 4),
      ], architecture: "test", input: Shape(channels: 2, height: 6, width: 6))
    var model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 5))
    for name in ["bn1.bias", "bn2.bias", "conv2.bias", "fc1.bias", "fc2.bias"] {
      let count = model.parameters[name]?.count ?? 0
      model.parameters[name] = Tensor(formulaValues(name, salt: "biases", count: count).map { 0.4 * $0 })
    }
    return try prepare(
      model, policy: QuantizationPolicy(weightBits: bits, activationBits: bits, keepsEnds: false))
  }

  @Test(arguments: [2, 3, 4, 8])
  func trainingAddsTheBiasesThatTheIntegerModelHas(bits: Int) throws {
    let prepared = try network(bits: bits)
    let plan = try TrainingPlan(prepared, batch: Self.batch, optimizer: .sgd(momentum: 0))
    _ = plan.input.update(fromContentsOf: formulaValues("images", salt: "biases", count: plan.input.count))
    for _ in 0..<40 { try plan.forward() }
    plan.phase.batchNormFrozen = true
    plan.phase.observersFrozen = true
    try plan.forward()
    let trained = Model(
      kind: .fakeQuantized, graph: prepared.graph, parameters: try plan.exportParameters())
    let evaluated = try InferencePlan(foldBatchNorm(trained), batch: Self.batch)
    _ = evaluated.input.update(fromContentsOf: plan.input)
    try evaluated.run()
    let size = evaluated.logits.reduce(Float(0)) { max($0, abs($1)) }
    let equalRows = (0..<Self.batch).count { row in
      (4 * row..<4 * (row + 1)).allSatisfy {
        abs(plan.logits[$0] - evaluated.logits[$0]) <= 1e-4 * size
      }
    }
    // A sum on the edge between two codes may fall to either side in either order of adding.
    #expect(equalRows >= Self.batch - 2, "\(equalRows) of \(Self.batch) images")
    #expect(size > 0.01)
  }
}
