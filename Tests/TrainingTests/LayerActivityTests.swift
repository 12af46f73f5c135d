import Datasets
import GraphIR
import Quantization
import Testing
import Training

@Suite struct LayerActivityTests {
  private func activities(_ model: Model, _ data: Dataset) throws -> [LayerActivity] {
    try #require(try layerActivities(of: model, on: data, seed: 0, cancellation: Cancellation()))
  }

  @Test func channelsWithADeepBiasAreSilent() throws {
    let data = try TrainingTests.shapes()
    var model = try TrainingTests.tiny(data, normalised: false)
    let before = try activities(model, data)
    #expect(before.map(\.layer) == ["conv1", "conv2", "fc"])
    #expect(before[0].channels == 16 && before[0].isConvolution && !before[2].isConvolution)
    #expect(before[2].silent == nil && before.allSatisfy { $0.clipped == nil })
    let bias = try #require(model.parameters["conv2.bias"])
    model.parameters["conv2.bias"] = Tensor(bias.floats.enumerated().map { $0 < 9 ? -1000 : $1 })
    let after = try activities(model, data)
    #expect(try #require(after[1].silent) >= 9 && after[0].silent == before[0].silent)
  }

  @Test func whatLiesBeyondARangeIsCounted() throws {
    let data = try TrainingTests.shapes()
    let float = try TrainingTests.tiny(data)
    let recipe = PostTrainingRecipe(observer: .minmax, batches: 8)
    var model = try #require(
      try quantizeAfterTraining(float, on: data, recipe: recipe, cancellation: Cancellation()) { _ in })
    let whole = try #require(try activities(model, data).first { $0.layer == "conv1" }?.clipped)
    #expect(whole < 0.01)
    let quantizer = try #require(
      model.graph.layerGroups.first { model.graph.nodes[$0.head].name == "conv1" }?.fakeQuantize.flatMap {
        id in
        if case .fakeQuantize(let quantizer) = model.graph.nodes[id].operation { quantizer } else { nil }
      })
    model.parameters.setRange(ObservedRange(minimum: 0, maximum: 1e-3), of: quantizer)
    let cut = try #require(try activities(model, data).first { $0.layer == "conv1" }?.clipped)
    #expect(cut > 0.1)
  }
}
