import Datasets
import Foundation
import GraphIR
import Testing

/// CIFAR's records, and IDX files with colour, wide labels and labels from 1.
@Suite struct OtherFormatsTests {
  private func record(_ labels: [UInt8], _ start: Int) -> [UInt8] {
    labels + (0..<3_072).map { UInt8(truncatingIfNeeded: start + $0) }
  }

  @Test func cifar10IsReadOverItsFiveFiles() throws {
    let folder = try TemporaryFolder()
    for batch in 1...5 {
      let records = record([UInt8(batch)], batch) + record([9], 100 + batch)
      try folder.write("data_batch_\(batch).bin", records)
    }
    try folder.write("test_batch.bin", record([4], 7))
    let data = try loadDataset(DatasetRequest(name: "cifar10", path: folder.path))
    #expect(data.training.labels == [1, 9, 2, 9, 3, 9, 4, 9, 5, 9] && data.test.labels == [4])
    #expect((data.training.channels, data.training.height, data.training.width) == (3, 32, 32))
    #expect(data.classNames[4] == "deer" && Array(data.test.pixels[..<3]) == [7, 8, 9])
    let limited = try loadDataset(DatasetRequest(name: "cifar10", path: folder.path, limit: 3, size: 8))
    #expect(limited.training.labels == [1, 9, 2] && limited.training.width == 8)
    let later = try laterTrainingImages(
      of: DatasetRequest(name: "cifar10", path: folder.path, limit: 3), after: 3, count: 100)
    #expect(later?.labels == [9, 3, 9, 4, 9, 5, 9])
    #expect(throws: DatasetError.limitOutOfRange(.training, asked: 11, available: 10)) {
      try loadDataset(DatasetRequest(name: "cifar10", path: folder.path, limit: 11))
    }
  }

  @Test func cifar100HasItsFineLabelsAndTheirNames() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder(above: "cifar-100-binary/x")
    try folder.write("cifar-100-binary/train.bin", record([3, 99], 0) + record([19, 0], 1))
    try folder.write("cifar-100-binary/test.bin", record([0, 7], 2))
    let request = DatasetRequest(name: "cifar100", path: folder.path)
    #expect(try loadDataset(request).classNames[99] == "99")
    let names = (0..<100).map { "thing \($0)" }.joined(separator: "\n")
    try folder.write("cifar-100-binary/fine_label_names.txt", Array((names + "\n").utf8))
    let data = try loadDataset(request)
    #expect(data.training.labels == [99, 0] && data.classNames[7] == "thing 7")
  }

  @Test func damagedRecordsAreNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write("train.bin", record([0, 1], 0))
    let request = DatasetRequest(name: "cifar100", path: folder.path)
    let path = folder.path + "/test.bin"
    #expect(throws: DatasetError.fileMissing(dataset: "cifar100", path: path)) { try loadDataset(request) }
    try folder.write("test.bin", Array(record([0, 1], 0).dropLast()))
    #expect(throws: DatasetError.truncated(path: path, expected: 3_074, found: 3_073)) {
      try loadDataset(request)
    }
    try folder.write("test.bin", record([0, 100], 0))
    #expect(throws: DatasetError.labelOutOfRange(path: path, index: 0, label: 100, classes: 100)) {
      try loadDataset(request)
    }
    try folder.write("test.bin", [])
    #expect(throws: DatasetError.empty(path: folder.path)) { try loadDataset(request) }
  }

  @Test(arguments: [[UInt32(2), 2, 2, 3], [2, 3, 2, 2]])
  func colourIsFoundInEitherPlace(sizes: [UInt32]) throws {
    let isLast = sizes[3] == 3
    // Image i, pixel p, channel c has the value 100 i + 10 c + p.
    func values(_ images: Int) -> [UInt8] {
      (0..<images * 12).map { index in
        let (image, rest) = (index / 12, index % 12)
        let (pixel, channel) = isLast ? (rest / 3, rest % 3) : (rest % 4, rest / 4)
        return UInt8(100 * image + 10 * channel + pixel)
      }
    }
    let folder = try TemporaryFolder()
    try folder.write("train-images-idx4-ubyte", idx(sizes, values(2)))
    try folder.write("train-labels-idx1-ubyte", idx([2], [0, 1]))
    try folder.write("t10k-images-idx4-ubyte", idx([1] + sizes.dropFirst(), values(1)))
    try folder.write("t10k-labels-idx1-ubyte", idx([1], [1]))
    let data = try loadDataset(DatasetRequest(name: "idx", path: folder.path))
    #expect(data.training.channels == 3 && data.classNames == ["0", "1"])
    let expected: [UInt8] = [
      0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23, 100, 101, 102, 103, 110, 111, 112, 113, 120, 121, 122, 123,
    ]
    #expect(data.training.pixels == expected)
  }

  @Test func labelsFromOneAreThoseOfTheNamesThatAreGiven() throws {
    let folder = try TemporaryFolder()
    for (name, content) in digitFiles {
      let other = "emnist-letters-" + name.replacing("t10k", with: "test") + ".gz"
      try folder.write(other, gzipped(content))
    }
    try folder.write("emnist-letters-train-labels-idx1-ubyte.gz", gzipped(idx([5], [3, 1, 2, 1, 3])))
    try folder.write("emnist-letters-test-labels-idx1-ubyte.gz", gzipped(idx([3], [2, 2, 1])))
    let data = try loadDataset(DatasetRequest(name: "idx", path: folder.path, classes: ["a", "b", "c"]))
    #expect(data.training.labels == [2, 0, 1, 0, 2] && data.test.labels == [1, 1, 0])
    #expect(data.classNames == ["a", "b", "c"])
    let numbered = try loadDataset(DatasetRequest(name: "idx", path: folder.path))
    #expect(numbered.training.labels == [2, 0, 1, 0, 2] && numbered.classNames == ["1", "2", "3"])
  }

  @Test func labelsCanBeWiderThanAByte() throws {
    let folder = try TemporaryFolder()
    try folder.write("train-images-idx3-ubyte", idx([2, 1, 1], [5, 6]))
    try folder.write("train-labels-idx1-short", idx([2], [0, 0, 0xff, 0xff], magic: [0, 0, 0x0b, 1]))
    try folder.write("t10k-images-idx3-ubyte", idx([1, 1, 1], [7]))
    try folder.write("t10k-labels-idx1-int", idx([1], [0, 0, 1, 1], magic: [0, 0, 0x0c, 1]))
    let data = try loadDataset(DatasetRequest(name: "idx", path: folder.path))
    #expect(data.classNames.count == 65_536)
    #expect(data.training.labels == [0, 65_535] && data.test.labels == [257])
    try folder.write("train-labels-idx1-short", idx([1], [0, 0, 0xff], magic: [0, 0, 0x0b, 1]))
    #expect(throws: DatasetError.self) {
      try loadDataset(DatasetRequest(name: "idx", path: folder.path))
    }
  }

  /// Files with bytes changed, removed or repeated end in a data set or an error that has words.
  @Test func mutatedFilesNeverTrap() throws {
    let count = ProcessInfo.processInfo.environment["QATLAB_MUTATIONS"].flatMap { Int($0) } ?? 300
    let idxFolder = try TemporaryFolder.withDigits(suffix: "")
    let cifar = try TemporaryFolder()
    let records = record([3, 99], 0) + record([19, 0], 1)
    try cifar.write("train.bin", records)
    try cifar.write("test.bin", records)
    var generator = SeededGenerator(seed: 1, purpose: "data files")
    for round in 0..<count {
      let names = digitFiles.keys.sorted()
      let name = names[round % names.count]
      try idxFolder.write(name, mutated(digitFiles[name] ?? [], &generator))
      try loadOrFail(DatasetRequest(name: round % 2 == 0 ? "idx" : "mnist", path: idxFolder.path))
      try idxFolder.write(name, digitFiles[name] ?? [])
      try cifar.write("train.bin", mutated(records, &generator))
      try loadOrFail(DatasetRequest(name: "cifar100", path: cifar.path, limit: round % 3 == 0 ? 1 : nil))
    }
  }

  private func loadOrFail(_ request: DatasetRequest) throws {
    do throws(DatasetError) {
      let data = try loadDataset(request)
      #expect(data.training.labels.allSatisfy { Int($0) < data.classNames.count })
    } catch {
      #expect(!error.message.isEmpty)
    }
  }

  private func mutated(_ whole: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = whole
    for _ in 0...generator.next(below: 3) where !bytes.isEmpty {
      // Half of the changes are in the header.
      let place = generator.next(below: generator.next(below: 2) == 0 ? min(16, bytes.count) : bytes.count)
      switch generator.next(below: 4) {
      case 0: bytes[place] ^= UInt8(1) << UInt8(generator.next(below: 8))
      case 1: bytes[place] = UInt8(generator.next(below: 256))
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + 5))
      default: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
      }
    }
    return bytes
  }
}
