import Datasets
import Foundation
import Pictures
import Testing

@Suite struct DatasetRequestTests {
  @Test func anUnknownNameIsToldWithThoseThereAre() {
    let expected = DatasetError.unknownDataset(name: "minst", known: DatasetSource.catalogue.map(\.name))
    #expect(throws: expected) { try loadDataset(DatasetRequest(name: "minst")) }
    #expect(expected.message == "no data set is called \"minst\"")
    #expect(expected.remedy?.hasPrefix("there are fashion-mnist, mnist, cifar10") == true)
  }

  @Test func aFolderIsNeededOrNotTakenAsTheSetIs() {
    #expect(throws: DatasetError.folderNeeded(dataset: "mnist")) {
      try loadDataset(DatasetRequest(name: "mnist"))
    }
    #expect(throws: DatasetError.folderNotTaken(dataset: "shapes")) {
      try loadDataset(DatasetRequest(name: "shapes", path: "/tmp"))
    }
  }

  @Test(arguments: [3, 513, 0, -28, .max])
  func aSizeOutOfRangeIsRefused(size: Int) {
    #expect(throws: DatasetError.sizeOutOfRange(asked: size, allowed: 4...512)) {
      try loadDataset(DatasetRequest(name: "shapes", size: size))
    }
  }

  @Test func imagesThatWouldNotFitInMemoryAreRefusedBeforeResizing() {
    #expect(throws: DatasetError.sizeTooLarge(path: nil, bytes: 8_200 * 512 * 512, most: 1 << 31)) {
      try loadDataset(DatasetRequest(name: "shapes", limit: 8_200, testLimit: 1, size: 512))
    }
  }

  @Test func theRemedyNamesThePackageOrTheFolder() {
    let missing = DatasetError.folderMissing(dataset: "fashion-mnist", path: "/usr/share/datasets")
    #expect(
      missing.remedy
        == "install Debian's package dataset-fashion-mnist, or name a folder: data fashion-mnist path \"…\"")
    #expect(
      DatasetError.fileMissing(dataset: "mnist", path: "x").remedy
        == "name the folder that holds its four IDX files: data mnist path \"…\"")
    #expect(
      DatasetError.limitOutOfRange(.training, asked: 90_000, available: 60_000).message
        == "90000 training images were asked for, there are 60000")
  }

  @Test func theDescriptionIsTheOperandsOfTheCommand() {
    #expect(DatasetRequest().description == "fashion-mnist")
    let request = DatasetRequest(
      name: "mnist", path: "/a \"b\"\\c", limit: 200, testLimit: 50, size: 32, seed: 7)
    #expect(request.description == "mnist path \"/a \\\"b\\\"\\\\c\" limit 200 test 50 size 32 seed 7")
  }

  @Test func aFolderIsDescribedByItsPathAndAllThatWasChosen() {
    let reading = PictureReading(
      label: "^(.*)_\\d+", fit: .stretch, isGrey: true, skipsBroken: true, test: .share(0.2))
    let request = DatasetRequest(
      name: "folder", path: "pets", limit: 9, size: 64, seed: 3, classes: ["cat", "a b"], pictures: reading)
    #expect(
      request.description == """
        "pets" label "^(.*)_\\\\d+" classes "cat", "a b" limit 9 test 20% size 64 stretch grey skip-broken seed 3
        """)
    #expect(request.title == "\"pets\"")
  }

  @Test func whatOnlyPicturesHaveIsRefusedElsewhere() {
    let choices: [(DatasetRequest, DatasetOption)] = [
      (DatasetRequest(name: "shapes", classes: ["a", "b"]), .classes),
      (DatasetRequest(name: "shapes", pictures: PictureReading(label: "a")), .label),
      (DatasetRequest(name: "fashion-mnist", pictures: PictureReading(fit: .stretch)), .stretch),
      (DatasetRequest(name: "fashion-mnist", pictures: PictureReading(isGrey: true)), .grey),
      (DatasetRequest(name: "cifar10", pictures: PictureReading(skipsBroken: true)), .skipBroken),
      (DatasetRequest(name: "mnist", pictures: PictureReading(test: .share(0.5))), .test),
    ]
    for (request, option) in choices {
      #expect(throws: DatasetError.optionNotTaken(dataset: request.name, option)) { try loadDataset(request) }
    }
  }

  @Test func aRequestComesBackFromJSON() throws {
    let request = DatasetRequest(name: "shapes", limit: 200, size: 32, seed: .max)
    let decoded = try JSONDecoder().decode(DatasetRequest.self, from: JSONEncoder().encode(request))
    #expect(decoded == request)
  }

  @Test func theDatasetIsDescribedByItsRequest() throws {
    let request = DatasetRequest(name: "shapes", limit: 20, testLimit: 10, size: 14)
    #expect(try loadDataset(request).description == "shapes limit 20 test 10 size 14")
  }
}
