import Datasets
import GraphIR
import Testing
import Training

@Suite struct SeedShiftTests {
  @Test func weightsAndOrdersAreThoseOfASeedFurtherOn() throws {
    let graph = try #require(Architecture.named("mlp")).build(Shape(channels: 1, height: 4, width: 4), 10)
    func weights(seed: UInt64) -> Tensor? { initialParameters(for: graph, seed: seed)["fc1.weight"] }
    let shifted = withSeedsShifted(by: 2) { weights(seed: 5) }
    #expect(shifted == weights(seed: 7))
    #expect(shifted != weights(seed: 5))
    let order = withSeedsShifted(by: 2) { BatchOrder(count: 50, seed: 5, epoch: 1).indices }
    #expect(order == BatchOrder(count: 50, seed: 7, epoch: 1).indices)
    let draws = withSeedsShifted(by: 2) { (0..<50).map(Augmentation(seed: 5, epoch: 1).draw) }
    #expect(draws == (0..<50).map(Augmentation(seed: 7, epoch: 1).draw))
  }

  @Test func drawnImagesStayAsTheyAre() throws {
    let request = DatasetRequest(name: "shapes", limit: 20, testLimit: 10, size: 12, seed: 3)
    let plain = try loadDataset(request)
    let shifted = withSeedsShifted(by: 4) { Result { try loadDataset(request) } }
    #expect(try shifted.get().training.pixels == plain.training.pixels)
  }

  @Test func theShiftEndsWithItsBody() {
    let before = BatchOrder(count: 20, seed: 1, epoch: 0).indices
    #expect(withSeedsShifted(by: 1) { BatchOrder(count: 20, seed: 1, epoch: 0).indices } != before)
    #expect(BatchOrder(count: 20, seed: 1, epoch: 0).indices == before)
  }
}
