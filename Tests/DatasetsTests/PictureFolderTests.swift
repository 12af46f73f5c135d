import Datasets
import Foundation
import Pictures
import Testing

@Suite struct PictureFolderTests {
  @Test func subfoldersAreTheClassesAndAFifthOfEachIsForTesting() throws {
    let folder = try TemporaryFolder.withAnimals()
    let data = try load(folder)
    #expect(data.classNames == ["cat", "dog", "emu"])
    #expect((data.training.count, data.test.count) == (28, 7))
    #expect((data.training.channels, data.training.height, data.training.width) == (3, 4, 4))
    for label in 0..<3 {
      #expect(data.test.labels.count { $0 == UInt16(label) } == [2, 4, 1][label])
    }
    let numbers = data.training.numbers + data.test.numbers
    #expect(Set(numbers).count == 35)
    for (number, label) in zip(numbers, data.training.labels + data.test.labels) {
      #expect(number / 40 == Int(label))
    }
    // Planes of red, green and blue.
    #expect(data.training.pixels[16] == UInt8(255 - data.training.numbers[0]))
    #expect(data.training.pixels[32] == 7)
  }

  @Test func theSameNamesAndSeedGiveTheSameOrderWhateverThePlace() throws {
    let (one, other) = (try TemporaryFolder.withAnimals(), try TemporaryFolder.withAnimals())
    let first = try load(one)
    #expect(try load(other).training.pixels == first.training.pixels)
    var request = DatasetRequest(name: "folder", path: one.path, seed: 1)
    let another = try loadDataset(request)
    #expect(another.training.pixels != first.training.pixels)
    #expect(Set(another.test.numbers) != Set(first.test.numbers))
    request.limit = 6
    #expect(try loadDataset(request).training.numbers == Array(another.training.numbers[..<6]))
    #expect(throws: DatasetError.limitOutOfRange(.training, asked: 29, available: 28)) {
      try loadDataset(DatasetRequest(name: "folder", path: one.path, limit: 29))
    }
  }

  @Test(arguments: [
    ("train/", "test/", nil), ("train/", "valid/", nil), ("training/", "val/", nil),
    ("", "held-out/", PictureReading.Test.folder("held-out")),
    ("train/", "more/held-out/", PictureReading.Test.folder("more/held-out")),
  ])
  func partsInFoldersOfTheirOwnAreTaken(
    training: String, test: String, choice: PictureReading.Test?
  ) throws {
    let folder = try TemporaryFolder.withAnimals(in: training)
    try folder.writeAnimals(in: test) { $0 / 5 }
    let data = try load(folder, PictureReading(test: choice))
    #expect((data.training.count, data.test.count) == (35, 7))
    #expect(data.classNames == ["cat", "dog", "emu"])
  }

  @Test func aShareIsOfTheTrainingFolderEvenWhereThereIsATestFolder() throws {
    let folder = try TemporaryFolder.withAnimals(in: "train/")
    try folder.writeAnimals(in: "test/") { $0 / 5 }
    let data = try load(folder, PictureReading(test: .share(0.5)))
    #expect((data.training.count, data.test.count) == (17, 18))
  }

  @Test func aPatternsGroupIsTheClass() throws {
    let folder = try TemporaryFolder()
    for index in 0..<4 {
      try folder.writePicture("great_dane_\(index).png", index)
      try folder.writePicture("some/deeper/pug_\(index).png", 40 + index)
    }
    let data = try load(folder, PictureReading(label: "^(.*)_\\d+\\.png$"))
    #expect(data.classNames == ["great_dane", "pug"])
    #expect(zip(data.training.numbers, data.training.labels).allSatisfy { $0 / 40 == Int($1) })
    try folder.writePicture("great dane.png", 9)
    expect(
      .unlabelled(path: folder.path + "/great dane.png", pattern: "^(.*)_\\d+\\.png$"), folder,
      PictureReading(label: "^(.*)_\\d+\\.png$"))
  }

  @Test func aPatternWithoutAGroupMakesTwoClasses() throws {
    let folder = try TemporaryFolder()
    for index in 0..<5 {
      try folder.writePicture("Birman_\(index).png", index)
      try folder.writePicture("beagle_\(index).png", 40 + index)
    }
    let reading = PictureReading(label: "^(?:[A-Z])")
    #expect(try load(folder, reading).classNames == ["matching", "other"])
    let data = try load(folder, reading, classes: ["cat", "dog"])
    #expect(data.classNames == ["cat", "dog"])
    #expect(zip(data.training.numbers, data.training.labels).allSatisfy { $0 / 40 == Int($1) })
    expect(.classCount(path: folder.path, named: 3, found: 2), folder, reading, ["a", "b", "c"])
  }

  @Test func namedClassesAreTakenInTheirOrderAndOthersLeftOut() throws {
    let folder = try TemporaryFolder.withAnimals()
    let data = try load(folder, classes: ["emu", "cat"])
    #expect(data.classNames == ["emu", "cat"])
    #expect(data.training.count + data.test.count == 15)
    for (number, label) in zip(data.training.numbers, data.training.labels) {
      #expect(number / 40 == [2, 0][Int(label)])
    }
    expect(
      .classMissing(path: folder.path, name: "gnu", found: ["cat", "dog", "emu"]), folder, .usual,
      ["cat", "gnu"])
  }

  @Test func greyCropAndStretchDecideThePixels() throws {
    let folder = try TemporaryFolder()
    for index in 0..<5 {
      try folder.writePicture("a/\(index).png", index, width: 12, height: 6)
      try folder.writePicture("b/\(index).png", 40 + index, width: 6, height: 12)
    }
    let request = DatasetRequest(
      name: "folder", path: folder.path, size: 5, pictures: PictureReading(fit: .stretch, isGrey: true))
    let data = try loadDataset(request)
    #expect((data.training.channels, data.training.height, data.training.width) == (1, 5, 5))
    let error = #expect(throws: DatasetError.self) { try load(folder) }
    guard case .pictureSizesDiffer = error else {
      Issue.record("\(error.map { "\($0)" } ?? "nothing")")
      return
    }
    #expect(error?.remedy == "bring all to one size: size 64")
  }

  @Test func brokenFilesAreNamedOrLeftOut() throws {
    let folder = try TemporaryFolder.withAnimals()
    try folder.write("cat/cat_3.png", [])
    try folder.write("dog/dog_4.png", Array("GIF89a".utf8))
    try folder.write("emu/notes.txt", [1])
    let error = #expect(throws: DatasetError.self) { try load(folder) }
    #expect(error?.message.contains("_") == true && error?.remedy?.contains("skip-broken") == true)
    let data = try load(folder, PictureReading(skipsBroken: true))
    #expect(data.training.count + data.test.count == 33)
    #expect(
      data.leftOut.sorted() == [
        "cat/cat_3.png: it is empty", "dog/dog_4.png: it is neither JPEG nor PNG",
      ])
    for (number, label) in zip(data.training.numbers, data.training.labels) {
      #expect(number / 40 == Int(label))
    }
  }

  @Test func linksOutOfTheFolderAndPipesAreRefused() throws {
    let outside = try TemporaryFolder()
    try outside.writePicture("secret.png", 1)
    let folder = try TemporaryFolder.withAnimals()
    let link = folder.path + "/cat/link.png"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: outside.path + "/secret.png")
    expect(.linkRefused(path: link), folder)
    try folder.remove("cat/link.png")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path + "/dog")
    expect(.linkRefused(path: link), folder)
    try folder.remove("cat/link.png")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "cat_1.png")
    #expect(try load(folder).training.count + load(folder).test.count == 36)
    try folder.remove("cat/link.png")
    #expect(mkfifo(link, 0o600) == 0)
    expect(.badPicture(path: link, reason: "it is not a file"), folder)
  }

  @Test func whatIsNoFolderOfClassesIsTold() throws {
    let folder = try TemporaryFolder()
    expect(.noClasses(path: folder.path, pictures: 0), folder)
    try folder.writePicture("1.png", 1)
    expect(.noClasses(path: folder.path, pictures: 1), folder)
    try folder.writePicture("a/1.png", 1)
    try folder.writePicture("a/2.png", 1)
    expect(.classesOutOfRange(path: folder.path, found: 1), folder)
    try folder.makeFolder(above: "b/none")
    expect(.emptyClass(path: folder.path + "/b"), folder)
    let error = #expect(throws: DatasetError.self) { try load(folder, PictureReading(label: "(")) }
    #expect(error?.message.hasPrefix("the pattern \"(\" is none: ") == true)
    #expect(throws: DatasetError.folderMissing(dataset: "folder", path: folder.path + "/nowhere")) {
      try loadDataset(DatasetRequest(name: "folder", path: folder.path + "/nowhere"))
    }
  }

  @Test func laterImagesAreThoseThatALimitLeavesOut() throws {
    let folder = try TemporaryFolder.withAnimals()
    let whole = try load(folder).training
    let request = DatasetRequest(name: "folder", path: folder.path, limit: 10)
    let later = try #require(try laterTrainingImages(of: request, after: 10, count: 7))
    #expect(later.numbers == Array(whole.numbers[10..<17]) && later.labels == Array(whole.labels[10..<17]))
    #expect(try laterTrainingImages(of: request, after: 28, count: 1) == nil)
    #expect(request.trainingPrefix(in: request) == 10)
    var other = request
    other.seed = 3
    #expect(request.trainingPrefix(in: other) == nil)
  }

  @Test func loadingStopsWhereItIsCancelled() throws {
    let folder = try TemporaryFolder.withAnimals()
    #expect(throws: DatasetError.cancelled) {
      try loadDataset(
        DatasetRequest(name: "folder", path: folder.path), Loading(isCancelled: { true }))
    }
  }

  private func load(
    _ folder: TemporaryFolder, _ reading: PictureReading = .usual, classes: [String]? = nil
  ) throws -> Dataset {
    try loadDataset(
      DatasetRequest(name: "folder", path: folder.path, classes: classes, pictures: reading))
  }

  private func expect(
    _ error: DatasetError, _ folder: TemporaryFolder, _ reading: PictureReading = .usual,
    _ classes: [String]? = nil
  ) {
    #expect(throws: error) { try load(folder, reading, classes: classes) }
  }
}
