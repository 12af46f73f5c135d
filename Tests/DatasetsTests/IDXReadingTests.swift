import Datasets
import Foundation
import Testing

@Suite struct IDXReadingTests {
  @Test(arguments: [".gz", ""])
  func imagesAndLabelsAreReadGzippedOrPlain(suffix: String) throws {
    let folder = try TemporaryFolder.withDigits(suffix: suffix)
    let data = try loadDataset(DatasetRequest(name: "mnist", path: folder.path))
    #expect(data.training.pixels == Array(0..<30))
    #expect(data.training.labels == [3, 1, 4, 1, 5])
    #expect(data.test.pixels == Array(100..<118))
    #expect(data.test.labels == [9, 2, 6])
    #expect(data.training.channels == 1)
    #expect(data.training.size == PixelSize(height: 2, width: 3))
    #expect(data.classNames == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
  }

  @Test func namesWithADotAreFoundToo() throws {
    let folder = try TemporaryFolder()
    for (name, content) in digitFiles {
      try folder.write(name.replacingOccurrences(of: "-idx", with: ".idx"), content)
    }
    let data = try loadDataset(DatasetRequest(name: "mnist", path: folder.path + "/"))
    #expect(data.training.count == 5)
  }

  @Test func dataThatAnotherProgramCompressedAreInflated() throws {
    // Python: gzip.compress(header + bytes((7*i*i + 3*i) % 256 for i in range(30)), 9).
    let compressed = try #require(
      Data(
        base64Encoded:
          "H4sIAAAAAAACA2Ng4GBmYGBgBWImIGZm4FLyqNnHl3Mj6FaByLG2EAMpIQkdv7o9HEmnHI6EAQDZvnDKLgAAAA=="))
    let folder = try TemporaryFolder.withDigits()
    try folder.write("train-images-idx3-ubyte.gz", Array(compressed))
    let data = try loadDataset(DatasetRequest(name: "mnist", path: folder.path))
    let expected: [UInt8] = (0..<30).map { (index: Int) -> UInt8 in
      let value = 7 * index * index + 3 * index
      return UInt8(value % 256)
    }
    #expect(data.training.pixels == expected)
  }

  @Test func aLimitTakesTheFirstImages() throws {
    let folder = try TemporaryFolder.withDigits()
    let request = DatasetRequest(name: "mnist", path: folder.path, limit: 2, testLimit: 1)
    let data = try loadDataset(request)
    #expect(data.training.pixels == Array(0..<12))
    #expect(data.training.labels == [3, 1])
    #expect(data.test.pixels == Array(100..<106))
    #expect(data.test.labels == [9])
    #expect(abs(data.mean[0] - 5.5 / 255) < 1e-8)
  }

  @Test func aLimitBeyondTheSetIsRefusedWithTheNumberThereIs() throws {
    let folder = try TemporaryFolder.withDigits()
    #expect(throws: DatasetError.limitOutOfRange(.training, asked: 6, available: 5)) {
      try loadDataset(DatasetRequest(name: "mnist", path: folder.path, limit: 6))
    }
    #expect(throws: DatasetError.limitOutOfRange(.test, asked: 0, available: 3)) {
      try loadDataset(DatasetRequest(name: "mnist", path: folder.path, testLimit: 0))
    }
  }

  @Test func readingIsReported() throws {
    let folder = try TemporaryFolder.withDigits()
    var seen: [LoadingProgress] = []
    let request = DatasetRequest(name: "mnist", path: folder.path, size: 4)
    _ = try loadDataset(request, Loading(progress: { seen.append($0) }))
    #expect(seen.map(\.activity) == [.reading, .reading, .resizing, .resizing])
    #expect(seen.map(\.part) == [.test, .training, .training, .test])
    #expect(seen.map(\.done) == [3, 5, 5, 3])
    #expect(seen.allSatisfy { $0.done == $0.total })
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/share/datasets/fashion-mnist")))
  func fashionMNISTHasItsPublishedMeanAndDeviation() throws {
    let data = try loadDataset(DatasetRequest())
    #expect(data.training.count == 60_000 && data.test.count == 10_000)
    #expect(abs(data.mean[0] - 0.2860) < 5e-5)
    #expect(abs(data.deviation[0] - 0.3530) < 5e-5)
    #expect(data.classNames[Int(data.training.labels[0])] == "Ankle boot")
    for label in 0..<10 {
      #expect(data.training.labels.count { $0 == label } == 6_000)
      #expect(data.test.labels.count { $0 == label } == 1_000)
    }
  }
}
