import Execution
import GraphIR
import Quantization
import Testing

/// An image's logits don't depend on the images beside it nor on its place among them: what a teacher said of it once
/// can be kept.
@Suite struct BatchIndependenceTests {
  struct Network: Sendable, CustomTestStringConvertible {
    var name: String
    var input: Shape
    var layers: [Layer] = []

    var testDescription: String { "\(name) \(input)" }

    func graph() throws -> Graph {
      if let architecture = Architecture.named(name) { return try architecture.build(input, 10) }
      return try Graph(sequential: layers, architecture: name, input: input)
    }
  }

  static let networks: [Network] = [
    Network(name: "resnet18", input: Shape(channels: 1, height: 28, width: 28)),
    Network(name: "resnet18", input: Shape(channels: 3, height: 32, width: 32)),
    Network(name: "resnet18", input: Shape(channels: 3, height: 64, width: 64)),
    Network(name: "qatcnn", input: Shape(channels: 1, height: 28, width: 28)),
    Network(
      name: "odd", input: Shape(channels: 3, height: 17, width: 17),
      layers: [
        .convolution(outputs: 7, kernel: 5), .batchNorm, .activation(.relu),
        .convolution(outputs: 33, kernel: 3), .activation(.relu6), .pool(.globalAverage), .dense(outputs: 10),
      ]),
    Network(name: "mobilenetv2", input: Shape(channels: 3, height: 32, width: 32)),
    Network(
      name: "dense", input: Shape(channels: 2, height: 6, width: 7),
      layers: [
        .flatten, .dense(outputs: 50), .activation(.relu), .dense(outputs: 100), .activation(.relu6),
        .dense(outputs: 16), .dense(outputs: 3),
      ]),
  ]

  @Test(arguments: networks, [1, 5, 16, 50])
  func aLogitDoesNotDependOnTheRestOfTheBatch(_ network: Network, _ batch: Int) throws {
    let graph = try network.graph()
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 3))
    let plan = try InferencePlan(foldBatchNorm(model), batch: batch)
    let size = graph.inputShape.count
    let images = formulaValues("images", salt: network.name, count: 2 * batch * size)

    func logits(_ chosen: [Int]) throws -> [[Float]] {
      for (place, image) in chosen.enumerated() {
        for pixel in 0..<size { plan.input[place * size + pixel] = images[image * size + pixel] }
      }
      try plan.run()
      return chosen.indices.map { Array(plan.logits[$0 * graph.classes..<($0 + 1) * graph.classes]) }
    }

    let expected = try logits(Array(0..<batch))
    let others = try logits(Array(batch..<2 * batch))
    #expect(expected != others)
    for shift in [1, batch / 2, batch - 1] {
      // Every image at another place, among others.
      let chosen = (0..<batch).map { place in
        place.isMultiple(of: 3) ? batch + place : (place + shift) % batch
      }
      let found = try logits(chosen)
      for (place, image) in chosen.enumerated() {
        let known = image < batch ? expected[image] : others[image - batch]
        #expect(found[place] == known, "image \(image) at place \(place)")
      }
    }
  }

  @Test func aWorkspaceThatHoldsAnythingChangesNothing() throws {
    let graph = try #require(Architecture.named("resnet18")).build(
      Shape(channels: 3, height: 32, width: 32), 10)
    let model = try foldBatchNorm(
      Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 3)))
    let images = formulaValues("images", salt: "workspace", count: 8 * graph.inputShape.count)
    func logits(_ plan: InferencePlan) throws -> [Float] {
      _ = plan.input.update(fromContentsOf: images)
      try plan.run()
      return Array(plan.logits)
    }
    let alone = try InferencePlan(model, batch: 8)
    let workspace = UnsafeMutableRawBufferPointer.allocate(byteCount: alone.byteCount.arena, alignment: 64)
    defer { workspace.deallocate() }
    workspace.bindMemory(to: Float.self).update(repeating: .nan)
    #expect(try logits(InferencePlan(model, batch: 8, workspace: workspace)) == logits(alone))
  }

  @Test func trainingDoesNotReadWhatItsIdleMemoryHeld() throws {
    let graph = try prepare(
      try #require(Architecture.named("resnet18")).build(Shape(channels: 3, height: 32, width: 32), 10),
      policy: QuantizationPolicy())
    let model = Model(
      kind: .fakeQuantized, graph: graph, parameters: initialParameters(for: graph, seed: 3))
    let images = formulaValues("images", salt: "idle", count: 8 * graph.inputShape.count)
    func trained(poisoned: Bool) throws -> ParameterSet {
      let plan = try TrainingPlan(model, batch: 8, optimizer: .adam())
      for _ in 0..<2 {
        _ = plan.input.update(fromContentsOf: images)
        if poisoned {
          UnsafeMutableRawBufferPointer(rebasing: plan.idleMemory[...]).bindMemory(to: Float.self)
            .update(repeating: .nan)
        }
        try plan.forward()
        for index in plan.logitsGradient.indices { plan.logitsGradient[index] = plan.logits[index] / 8 }
        try plan.backward()
        plan.update(UpdateRates(learningRate: 1e-3))
      }
      return try plan.exportParameters()
    }
    #expect(try trained(poisoned: true) == trained(poisoned: false))
  }
}
