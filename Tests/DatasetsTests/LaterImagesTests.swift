import Datasets
import Testing

/// Training images beyond a limit, against those of the set loaded without it.
@Suite struct LaterImagesTests {
  private func expect(_ found: ImageSet?, _ whole: ImageSet, _ places: Range<Int>) throws {
    let found = try #require(found)
    #expect(found.labels == Array(whole.labels[places]))
    let plane = whole.channels * whole.height * whole.width
    #expect(found.pixels == Array(whole.pixels[places.lowerBound * plane..<places.upperBound * plane]))
    #expect((found.height, found.width) == (whole.height, whole.width))
  }

  @Test(arguments: [nil, 12])
  func drawnOnesGoOnWhereTheLimitStops(size: Int?) throws {
    let whole = try loadDataset(DatasetRequest(name: "shapes", limit: 30, testLimit: 1, size: size, seed: 4))
    let request = DatasetRequest(name: "shapes", limit: 10, testLimit: 1, size: size, seed: 4)
    try expect(laterTrainingImages(of: request, after: 10, count: 20), whole.training, 10..<30)
    #expect(try laterTrainingImages(of: request, after: 200_000, count: 5) == nil)
    #expect(try laterTrainingImages(of: request, after: 199_998, count: 5)?.count == 2)
  }

  @Test(arguments: [nil, 4])
  func thoseOfFilesEndWithTheFile(size: Int?) throws {
    let folder = try TemporaryFolder.withDigits()
    let request = DatasetRequest(name: "mnist", path: folder.path, limit: 2, size: size)
    let whole = try loadDataset(DatasetRequest(name: "mnist", path: folder.path, size: size))
    try expect(laterTrainingImages(of: request, after: 2, count: 2), whole.training, 2..<4)
    try expect(laterTrainingImages(of: request, after: 2, count: 20), whole.training, 2..<5)
    #expect(try laterTrainingImages(of: request, after: 5, count: 1) == nil)
    #expect(throws: DatasetError.self) {
      try laterTrainingImages(of: DatasetRequest(name: "mnist", path: "/nowhere"), after: 0, count: 1)
    }
  }

  @Test func requestsKnowWhichTrainingImagesTheyTake() {
    let shapes = DatasetRequest(name: "shapes", seed: 1)
    #expect(shapes.trainingPrefix == 8_000)
    #expect(DatasetRequest(name: "shapes", limit: 7).trainingPrefix == 7)
    #expect(DatasetRequest(name: "fashion-mnist").trainingPrefix == nil)
    #expect(shapes.mayShareTrainingImages(with: DatasetRequest(name: "shapes", limit: 3, size: 9, seed: 1)))
    #expect(!shapes.mayShareTrainingImages(with: DatasetRequest(name: "shapes", seed: 2)))
    #expect(!shapes.mayShareTrainingImages(with: DatasetRequest(name: "mnist", path: "a")))
    #expect(
      DatasetRequest(name: "mnist", path: "a").mayShareTrainingImages(
        with: DatasetRequest(name: "mnist", path: "b")))
  }
}
