import Datasets
import Foundation
import Testing

@Suite struct HostileFileTests {
  let folder: TemporaryFolder
  var images: String { folder.path + "/train-images-idx3-ubyte.gz" }
  var labels: String { folder.path + "/train-labels-idx1-ubyte.gz" }

  init() throws { folder = try TemporaryFolder.withDigits() }

  @Test func aTruncatedFileIsRefusedWithItsName() throws {
    try folder.write("train-images-idx3-ubyte.gz", gzipped(idx([5, 2, 3], Array(0..<29))))
    expect(.truncated(path: images, expected: 46, found: 45))
    expect(.truncated(path: images, expected: 46, found: 45), limit: 1)
  }

  @Test func everyTruncationOfACompressedFileIsRefusedWithItsName() throws {
    let whole = gzipped(idx([5, 2, 3], Array(0..<30)))
    for count in 0..<whole.count {
      try folder.write("train-images-idx3-ubyte.gz", Array(whole[..<count]))
      let error = #expect(throws: DatasetError.self) { try load() }
      #expect(error?.message.contains(images) == true, "\(count) bytes")
    }
  }

  @Test func everyTruncationOfAPlainFileIsRefused() throws {
    try folder.remove("train-images-idx3-ubyte.gz")
    let whole = idx([5, 2, 3], Array(0..<30))
    for count in 0..<whole.count {
      try folder.write("train-images-idx3-ubyte", Array(whole[..<count]))
      let path = folder.path + "/train-images-idx3-ubyte"
      expect(.truncated(path: path, expected: count < 16 ? 16 : 46, found: count))
    }
  }

  @Test func aChangedByteAnywhereInTheDataIsFound() throws {
    let whole = gzipped(idx([5, 2, 3], Array(0..<30)))
    // Before byte 11 lie gzip's header and a byte most of whose bits deflate passes over.
    for position in 11..<whole.count {
      var changed = whole
      changed[position] ^= 0x10
      try folder.write("train-images-idx3-ubyte.gz", changed)
      #expect(throws: DatasetError.self, "byte \(position)") { try load() }
      #expect(throws: DatasetError.self, "byte \(position), limited") { try load(limit: 1) }
    }
  }

  @Test func anotherChecksumIsToldAsDamage() throws {
    var whole = gzipped(idx([5, 2, 3], Array(0..<30)))
    whole[whole.count - 8] ^= 1
    try folder.write("train-images-idx3-ubyte.gz", whole)
    expect(.damaged(path: images, reason: "incorrect data check"))
  }

  @Test func bytesAfterTheLastImageAreRefused() throws {
    try folder.write("train-images-idx3-ubyte.gz", gzipped(idx([5, 2, 3], Array(0..<31))))
    expect(.trailingBytes(path: images, expected: 46))
  }

  @Test func aFileThatOnlyClaimsToBeGzipIsRefused() throws {
    try folder.write("train-images-idx3-ubyte.gz", Array("<html>not here</html>".utf8))
    expect(.notGzip(path: images))
  }

  @Test func labelsInPlaceOfImagesAreRefusedByTheirMagicNumber() throws {
    try folder.write("train-images-idx3-ubyte.gz", gzipped(idx([5], [3, 1, 4, 1, 5])))
    expect(.badMagic(path: images, expected: 0x803, found: 0x801))
    try folder.write(
      "train-images-idx3-ubyte.gz", gzipped(idx([5, 2, 3], Array(0..<30), magic: [0, 0, 13, 3])))
    expect(.badMagic(path: images, expected: 0x803, found: 0xd03))
  }

  @Test(arguments: [
    ([UInt32.max, UInt32.max, UInt32.max], Int.max),
    ([UInt32.max, UInt32.max, 1], Int.max),
    ([UInt32.max, 28, 28], 4_294_967_295 * 784),
    ([1 << 21, 1 << 10, 1], 1 << 31),
  ])
  func aHeaderOfGiganticSizesDoesNotAllocate(sizes: [UInt32], bytes: Int) throws {
    try folder.write("train-images-idx3-ubyte.gz", gzipped(idx(sizes, [1, 2, 3])))
    expect(
      bytes > 1 << 31
        ? .sizeTooLarge(path: images, bytes: bytes, most: 1 << 31)
        : .truncated(path: images, expected: 16 + bytes, found: 19))
  }

  @Test(arguments: [[UInt32(0), 28, 28], [5, 0, 3], [5, 2, 0], [.max, .max, 0]])
  func aSetWithoutPixelsIsRefused(sizes: [UInt32]) throws {
    try folder.write("train-images-idx3-ubyte.gz", gzipped(idx(sizes, [])))
    expect(.empty(path: images))
  }

  @Test func labelsMustBeAsManyAsImagesAndWithinTheClasses() throws {
    try folder.write("train-labels-idx1-ubyte.gz", gzipped(idx([4], [3, 1, 4, 1])))
    expect(.labelsMismatch(path: labels, images: 5, labels: 4))
    expect(.labelsMismatch(path: labels, images: 5, labels: 4), limit: 5)
    try folder.write("train-labels-idx1-ubyte.gz", gzipped(idx([5], [3, 1, 10, 1, 200])))
    expect(.labelOutOfRange(path: labels, index: 2, label: 10, classes: 10))
  }

  @Test func trainingAndTestImagesMustBeOfOneSize() throws {
    try folder.write("t10k-images-idx3-ubyte.gz", gzipped(idx([3, 3, 2], Array(0..<18))))
    expect(
      .imageSizesDiffer(
        path: folder.path, training: PixelSize(height: 2, width: 3), test: PixelSize(height: 3, width: 2)))
  }

  @Test func aMissingFileOrFolderIsNamed() throws {
    try folder.remove("train-labels-idx1-ubyte.gz")
    expect(.fileMissing(dataset: "mnist", path: labels))
    #expect(throws: DatasetError.folderMissing(dataset: "mnist", path: "/nowhere/at all")) {
      try loadDataset(DatasetRequest(name: "mnist", path: "/nowhere/at all"))
    }
    #expect(throws: DatasetError.folderMissing(dataset: "mnist", path: images)) {
      try loadDataset(DatasetRequest(name: "mnist", path: images))
    }
  }

  @Test func aFolderInPlaceOfAFileIsRefused() throws {
    try folder.remove("train-images-idx3-ubyte.gz")
    try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
    expect(.unreadable(path: images, reason: "it is not a file"))
  }

  private func load(limit: Int? = nil) throws -> Dataset {
    try loadDataset(DatasetRequest(name: "mnist", path: folder.path, limit: limit))
  }

  private func expect(_ error: DatasetError, limit: Int? = nil) {
    #expect(throws: error) { try load(limit: limit) }
  }
}
