import Datasets
import Testing

@Suite struct BatchOrderTests {
  @Test func theOrderIsThatOfAnIndependentImplementation() {
    // SplitMix64, Lemire's bounded numbers and Fisher–Yates written a second time, in Python.
    #expect(BatchOrder(count: 10, seed: 7, epoch: 3).indices == [0, 3, 8, 5, 2, 9, 4, 7, 6, 1])
    #expect(BatchOrder(count: 10, seed: 0, epoch: 0).indices == [4, 7, 1, 3, 5, 0, 6, 2, 9, 8])
    #expect(BatchOrder(count: 5, seed: .max, epoch: 1).indices == [2, 4, 1, 3, 0])
  }

  @Test func everyImageComesOnce() {
    let order = BatchOrder(count: 1_000, seed: 3, epoch: 1)
    #expect(order.indices.sorted() == Array(0..<1_000))
    #expect(order.indices != Array(0..<1_000))
  }

  @Test func theOrderOfAnEpochDoesNotDependOnThoseBefore() {
    var order = BatchOrder(count: 100, seed: 3, epoch: 1)
    order.reshuffle(epoch: 9)
    order.reshuffle(epoch: 2)
    #expect(order == BatchOrder(count: 100, seed: 3, epoch: 2))
    #expect(order != BatchOrder(count: 100, seed: 3, epoch: 1))
    #expect(order.indices != BatchOrder(count: 100, seed: 4, epoch: 2).indices)
  }

  @Test func allOrdersOfThreeAreAboutEquallyFrequent() {
    var counts: [[Int]: Int] = [:]
    for epoch in 0..<6_000 { counts[BatchOrder(count: 3, seed: 1, epoch: epoch).indices, default: 0] += 1 }
    #expect(counts.count == 6)
    // Five standard deviations of a binomial with 6,000 draws and p = 1/6.
    #expect(counts.values.allSatisfy { abs($0 - 1_000) < 145 })
  }

  @Test func batchesCoverTheOrderAndTheLastMayBeShort() {
    let order = BatchOrder(count: 10, seed: 7, epoch: 3)
    #expect((0..<3).flatMap { order.batch($0, of: 4) } == order.indices)
    #expect(order.batch(2, of: 4).count == 2)
  }

  @Test(arguments: [0, 1])
  func setsTooSmallToShuffleStayAsTheyAre(count: Int) {
    let order = BatchOrder(count: count, seed: 7, epoch: 3)
    #expect(order.indices == Array(0..<count))
    #expect(order.batch(0, of: 4).count == count)
  }
}
