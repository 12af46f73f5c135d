import Datasets
import Testing

@Suite struct ShapesTests {
  private func shapes(limit: Int = 60, test: Int = 20, seed: UInt64 = 0) throws -> Dataset {
    try loadDataset(DatasetRequest(name: "shapes", limit: limit, testLimit: test, seed: seed))
  }

  @Test func theSameSeedDrawsTheSameImagesAndAnotherOthers() throws {
    #expect(try shapes().training.pixels == shapes().training.pixels)
    #expect(try shapes().training.pixels != shapes(seed: 1).training.pixels)
    #expect(try shapes().test.pixels != shapes(seed: 1).test.pixels)
  }

  @Test func fewerImagesAreTheFirstOfMore() throws {
    let (few, many) = (try shapes(limit: 15).training, try shapes(limit: 60).training)
    #expect(few.pixels == Array(many.pixels[..<(15 * 784)]))
    #expect(few.labels == Array(many.labels[..<15]))
  }

  @Test func trainingAndTestImagesAreDifferentDraws() throws {
    let data = try shapes(limit: 20, test: 20)
    let images = [data.training, data.test].flatMap { set in
      (0..<20).map { Array(set.pixels[$0 * 784..<($0 + 1) * 784]) }
    }
    #expect(Set(images).count == 40)
  }

  @Test func thereAreTenClassesWithEquallyManyImages() throws {
    let data = try shapes(limit: 60)
    #expect(data.classNames.count == 10)
    for label in 0..<10 {
      #expect(data.training.labels.count { $0 == label } == 6)
    }
  }

  @Test func everyFigureStandsOutFromItsBackground() throws {
    let images = try shapes(limit: 100).training
    for image in 0..<images.count {
      let pixels = images.pixels[image * 784..<(image + 1) * 784].sorted()
      // Means of the darkest half and of the brightest twentieth: figures cover more than the latter.
      let background = pixels[..<392].reduce(0.0) { $0 + Double($1) } / 392
      let figure = pixels[744...].reduce(0.0) { $0 + Double($1) } / 40
      #expect(figure - background > 40, "image \(image), \(images.labels[image])")
    }
  }

  @Test func moreThanCanBeDrawnIsRefused() {
    #expect(throws: DatasetError.limitOutOfRange(.training, asked: 200_001, available: 200_000)) {
      try shapes(limit: 200_001)
    }
    #expect(throws: DatasetError.limitOutOfRange(.test, asked: -1, available: 200_000)) {
      try shapes(test: -1)
    }
  }
}
