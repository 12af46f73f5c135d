import Datasets
import Foundation
import GraphIR
import Quantization
import Testing
import Training

/// Runs that go down in width, on the made-up shapes: 8 steps an epoch.
@Suite struct WidthLadderTests {
  static func recipe(
    _ widths: [Int], _ scheme: QuantizationPolicy.Scheme = .movingAverage, epochs: Int = 3
  ) -> TrainingRecipe {
    let width = widths.last ?? 8
    let policy = QuantizationPolicy(weightBits: width, activationBits: width, scheme: scheme)
    return TrainingRecipe(
      epochs: epochs, batchSize: 64, learningRate: 3e-3, schedule: .cosine,
      quantization: QuantizationRecipe(policy: policy, ladder: WidthLadder(widths)))
  }

  static func run(_ recipe: TrainingRecipe, stopAfter last: Int? = nil) throws -> (TrainingOutcome, [String])
  {
    let data = try TrainingTests.shapes()
    let cancellation = Cancellation()
    var events: [String] = []
    let outcome = try train(TrainingTests.tiny(data), on: data, recipe: recipe, cancellation: cancellation) {
      if case .scheduled(let name, let step) = $0 { events.append("\(step) \(name)") }
      if case .step(let report) = $0, report.step == last { cancellation.cancel() }
    }
    return (outcome, events)
  }

  @Test(arguments: [
    ([8, 6, 4], 312, [0, 104, 208]), ([8, 6, 4], 186, [0, 62, 124]), ([8, 6, 4], 100, [0, 34, 67]),
    ([8, 4], 3, [0, 2]), ([8, 6, 4], 3, [0, 1, 2]), ([8, 7, 6, 5, 4, 3, 2], 7, [0, 1, 2, 3, 4, 5, 6]),
  ])
  func rungsShareTheSteps(widths: [Int], steps: Int, first: [Int]) throws {
    #expect(try #require(WidthLadder(widths)).firstSteps(of: steps) == first)
  }

  @Test(arguments: [[], [8], [4, 8], [8, 8], [8, 4, 6], [9, 8], [8, 1], [64, -3]])
  func widthsThatDoNotFallOrHaveNoGridAreNoLadder(widths: [Int]) {
    #expect(WidthLadder(widths) == nil)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(WidthLadder.self, from: Data("\(widths)".utf8))
    }
  }

  @Test func aRecipeWithALadderIsStoredAndOneWithoutIsReadAsBefore() throws {
    let recipe = Self.recipe([8, 6, 4])
    #expect(try JSONDecoder().decode(TrainingRecipe.self, from: JSONEncoder().encode(recipe)) == recipe)
    let plain = try JSONEncoder().encode(QuantizationRecipe())
    let text = String(decoding: plain, as: UTF8.self)
    #expect(!text.contains("ladder") && !text.contains("calibration"))
    #expect(try JSONDecoder().decode(QuantizationRecipe.self, from: plain) == QuantizationRecipe())
  }

  @Test(arguments: QuantizationPolicy.Scheme.allCases)
  func eachRungBeginsAtItsStepAndTheModelEndsOnTheLastGrids(_ scheme: QuantizationPolicy.Scheme) throws {
    let data = try TrainingTests.shapes()
    let (outcome, events) = try Self.run(Self.recipe([8, 6, 4], scheme))
    #expect(
      events == [
        "9 weights and activations at 6 bits", "13 batch norm statistics frozen",
        "17 weights and activations at 4 bits", "18 activation observers frozen",
      ])
    let policy = QuantizationPolicy(weightBits: 4, activationBits: 4, scheme: scheme)
    #expect(outcome.policy == policy)
    #expect(try outcome.model.graph == prepare(TrainingTests.tiny(data).graph, policy: policy))
    let fake = try #require(
      try evaluate(outcome.model, on: data.test, of: data, cancellation: Cancellation()))
    #expect(fake.accuracy == outcome.lastEpoch?.testAccuracy)
    #expect(try convert(outcome.model).kind == .integer)
    #expect(try Self.run(Self.recipe([8, 6, 4], scheme)).0.model == outcome.model)
  }

  @Test(arguments: QuantizationPolicy.Scheme.allCases)
  func theFirstRungIsARunOfItsWidth(_ scheme: QuantizationPolicy.Scheme) throws {
    let ladder = try Self.run(Self.recipe([8, 6, 4], scheme), stopAfter: 8).0
    var single = Self.recipe([8], scheme)
    single.quantization?.ladder = nil
    let plain = try Self.run(single, stopAfter: 8).0
    #expect(ladder.model == plain.model)
    #expect(ladder.policy?.weightBits == 8)
    // From the switch on they differ.
    #expect(
      try Self.run(Self.recipe([8, 6, 4], scheme), stopAfter: 9).0.model.parameters
        != Self.run(single, stopAfter: 9).0.model.parameters)
  }

  @Test func aRunStoppedOnTheWayHasTheGridsOfItsRung() throws {
    let data = try TrainingTests.shapes()
    let outcome = try Self.run(Self.recipe([8, 6, 4]), stopAfter: 12).0
    let policy = QuantizationPolicy(weightBits: 6, activationBits: 6)
    #expect(outcome.interrupted && outcome.policy == policy)
    #expect(try outcome.model.graph == prepare(TrainingTests.tiny(data).graph, policy: policy))
    #expect(try convert(outcome.model).kind == .integer)
  }

  @Test func observersSeeTheLastRungHoweverEarlyTheyFreeze() throws {
    var recipe = Self.recipe([8, 6, 4])
    recipe.quantization?.observerFreeze = 0
    let early = try Self.run(recipe).1
    #expect(early.last == "18 activation observers frozen")
    recipe.quantization?.observerFreeze = 0.9
    #expect(try Self.run(recipe).1.last == "23 activation observers frozen")
  }

  @Test func eachRungNeedsAStep() throws {
    let recipe = Self.recipe([8, 7, 6, 5, 4, 3, 2], epochs: 1)
    #expect(try Self.run(recipe).1.count { $0.contains("weights") } == 6)
    var short = recipe
    short.batchSize = 128
    #expect(throws: TrainingError.fewerStepsThanRungs(steps: 4, rungs: 7)) { try Self.run(short) }
  }
}
