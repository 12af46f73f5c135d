import Datasets
import Testing

/// Images that are set apart to choose on.
@Suite struct ImagesApartTests {
  private func shapes(
    _ share: Double?, limit: Int = 400, seed: UInt64 = 0
  ) throws -> Dataset {
    try loadDataset(
      DatasetRequest(
        name: "shapes", limit: limit, testLimit: 20, size: 12, seed: seed,
        validation: share.map { .share($0) }))
  }

  /// An image as what tells it from others.
  private func images(_ set: ImageSet) -> [[UInt8]] {
    let plane = set.channels * set.height * set.width
    return (0..<set.count).map { Array(set.pixels[$0 * plane..<($0 + 1) * plane]) + [UInt8(set.labels[$0])] }
  }

  @Test(arguments: [0.1, 0.25, 0.5, 0.9, 0.001, 0.999])
  func aShareOfEachClassIsTakenFromTheTrainingImagesAndNothingIsLost(share: Double) throws {
    let (whole, parted) = (try shapes(nil), try shapes(share))
    let validation = try #require(parted.validation)
    #expect(whole.validation == nil)
    for label in UInt16(0)..<10 {
      let all = whole.training.labels.count { $0 == label }
      let apart = validation.labels.count { $0 == label }
      #expect(abs(Double(apart) - share * Double(all)) <= 1)
      #expect(apart >= 1 && parted.training.labels.contains(label))
    }
    // Every image is in one part, and each part keeps the order.
    #expect(
      (images(parted.training) + images(validation)).map(\.description).sorted()
        == images(whole.training).map(\.description).sorted())
    let order = images(whole.training)
    let places = images(validation).compactMap { image in order.firstIndex(of: image) }
    #expect(places == places.sorted())
    #expect(parted.test.pixels == whole.test.pixels)
  }

  @Test func theSeedDecidesWhich() throws {
    let one = try #require(try shapes(0.2).validation)
    #expect(try shapes(0.2).validation?.pixels == one.pixels)
    var request = DatasetRequest(name: "shapes", limit: 400, testLimit: 20, size: 12, validation: .share(0.2))
    request.seed = 0
    #expect(try loadDataset(request).validation?.pixels == one.pixels)
    let (rest, part) = try shapes(nil).training.divided(share: 0.2, seed: 1)
    #expect(part.count == one.count && rest.count == 400 - part.count && part.pixels != one.pixels)
  }

  @Test func theWordsSayItAgain() {
    var request = DatasetRequest(name: "shapes", validation: .share(0.1))
    #expect(request.description == "shapes validation 10%")
    request = DatasetRequest(name: "folder", path: "p", validation: .folder("valid"))
    #expect(request.description == "\"p\" validation \"valid\"")
  }

  @Test func withoutTwoImagesOfAClassNoneCanBeSetApart() throws {
    #expect(throws: DatasetError.nothingForValidation(training: 1)) { try shapes(0.5, limit: 1) }
    #expect(throws: DatasetError.optionNotTaken(dataset: "shapes", .validation)) {
      try loadDataset(DatasetRequest(name: "shapes", validation: .folder("valid")))
    }
  }

  @Test(arguments: [("train/", "valid/"), ("", "apart/")])
  func aFolderOfTheirOwnHoldsNoTrainingAndNoTestImage(training: String, apart: String) throws {
    let folder = try TemporaryFolder.withAnimals(in: training)
    try folder.writeAnimals(in: apart) { $0 / 5 }
    let request = DatasetRequest(
      name: "folder", path: folder.path, validation: .folder(String(apart.dropLast())))
    let data = try loadDataset(request)
    // A fifth of each class tests.
    #expect((data.training.count, data.test.count, data.validation?.count) == (28, 7, 7))
    #expect(data.classNames == ["cat", "dog", "emu"])
    for label in UInt16(0)..<3 {
      #expect(data.validation?.labels.count { $0 == label } == [2, 4, 1][Int(label)])
    }
    var twice = request
    twice.pictures.test = .folder(String(apart.dropLast()))
    #expect(throws: DatasetError.folderTwice(path: folder.path + "/" + apart.dropLast())) {
      try loadDataset(twice)
    }
    twice.validation = .folder("nowhere")
    #expect(throws: DatasetError.self) { try loadDataset(twice) }
  }

  @Test func aHalfOfTheTestImagesChoosesWhereNoneAreSetApart() throws {
    let data = try loadDataset(DatasetRequest(name: "shapes", limit: 40, testLimit: 100, size: 12))
    let parted = try #require(data.withImagesToChooseOn)
    let validation = try #require(parted.validation)
    #expect(validation.count + parted.test.count == 100 && abs(validation.count - 50) <= 5)
    #expect(Set(images(validation)).isDisjoint(with: images(parted.test)))
    #expect(parted.withImagesToChooseOn?.test.pixels == parted.test.pixels)
    let single = try loadDataset(DatasetRequest(name: "shapes", limit: 40, testLimit: 1, size: 12))
    #expect(single.withImagesToChooseOn == nil)
  }

  @Test func ofConstantImagesTheDeviationIsNone() throws {
    let folder = try TemporaryFolder()
    for (name, count) in [("train", 3), ("t10k", 2)] {
      try folder.write(
        "\(name)-images-idx3-ubyte", idx([UInt32(count), 2, 2], Array(repeating: 9, count: 4 * count)))
      try folder.write("\(name)-labels-idx1-ubyte", idx([UInt32(count)], Array([0, 1, 1].prefix(count))))
    }
    let data = try loadDataset(DatasetRequest(name: "idx", path: folder.path))
    #expect(data.constantChannels == [0] && data.trueDeviation == [0] && data.deviation == [1])
    #expect(try shapes(nil).constantChannels.isEmpty)
  }
}
