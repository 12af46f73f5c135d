import Execution
import GraphIR
import Quantization
import Testing

/// A training step that is given up at any layer leaves the plan where it stood before.
@Suite struct GivenUpStepTests {
  static let layers: [Layer] = [
    .convolution(outputs: 8, kernel: 3), .batchNorm, .activation(.relu), .pool(Pooling(.maximum, kernel: 2)),
    .convolution(outputs: 16, kernel: 3), .batchNorm, .activation(.relu6), .dropout(rate: 0.3),
    .pool(.globalAverage), .dense(outputs: 5),
  ]

  private func plan(_ policy: QuantizationPolicy?) throws -> TrainingPlan {
    var graph = try Graph(
      sequential: Self.layers, architecture: "net", input: Shape(channels: 3, height: 12, width: 12))
    if let policy { graph = try prepare(graph, policy: policy) }
    let model = Model(
      kind: policy == nil ? .float : .fakeQuantized, graph: graph,
      parameters: initialParameters(for: graph, seed: 5))
    return try TrainingPlan(model, batch: 6, optimizer: .adam())
  }

  /// True where it was made: it is given up when it is asked for the `last`-th time.
  private func step(_ plan: TrainingPlan, _ number: Int, last: Int) throws -> Bool {
    let images = formulaValues("images", salt: "\(number)", count: plan.input.count)
    _ = plan.input.update(fromContentsOf: images)
    plan.phase.randomStep = UInt64(number)
    var asked = 0
    let isGivenUp = {
      asked += 1
      return asked >= last
    }
    guard try plan.forward(unless: isGivenUp) else { return false }
    for index in plan.logitsGradient.indices { plan.logitsGradient[index] = plan.logits[index] / 6 }
    guard try plan.backward(unless: isGivenUp) else { return false }
    plan.update(UpdateRates(learningRate: 1e-2))
    return true
  }

  static let policies: [QuantizationPolicy?] = [
    nil, QuantizationPolicy(), QuantizationPolicy(weightBits: 4, activationBits: 4, scheme: .learnedScale),
    QuantizationPolicy(weightBits: 4, activationBits: 4, scheme: .clippedActivation),
  ]

  @Test(arguments: policies) func theNextStepIsThatOfAPlanThatWasNotStopped(_ policy: QuantizationPolicy?)
    throws
  {
    let (whole, stopped) = (try plan(policy), try plan(policy))
    #expect(try step(whole, 0, last: .max) && step(stopped, 0, last: .max))
    var last = 1
    for number in 1... {
      let before = try stopped.exportState()
      guard try !step(stopped, number, last: last) else { break }
      #expect(try stopped.exportState() == before, "given up after \(last)")
      #expect(try step(whole, number, last: .max) && step(stopped, number, last: .max))
      #expect(try stopped.exportState() == whole.exportState(), "after one that was given up after \(last)")
      last += 1
    }
    // Once for each layer, both ways.
    #expect(last > 15)
  }

  @Test func theFirstStepOfRangesIsMadeWhole() throws {
    let plan = try plan(QuantizationPolicy())
    #expect(try step(plan, 0, last: 1))
    #expect(try !step(plan, 1, last: 1))
  }
}
