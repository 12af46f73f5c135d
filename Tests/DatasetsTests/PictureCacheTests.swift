import Datasets
import Foundation
import Testing

@Suite struct PictureCacheTests {
  let folder: TemporaryFolder
  let session: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder.withAnimals()
    session = try TemporaryFolder()
    try folder.write("cat/cat_0.png", [1])
  }

  private var request: DatasetRequest {
    DatasetRequest(name: "folder", path: folder.path, pictures: .init(skipsBroken: true))
  }

  /// The pictures, and whether they were decoded.
  private func load(_ request: DatasetRequest? = nil, writes: Bool = true) throws -> (
    Dataset, isDecoded: Bool
  ) {
    var reports = 0
    let loading = Loading(
      cacheFolder: session.path + "/pictures", writesCache: writes, progress: { _ in reports += 1 })
    return (try loadDataset(request ?? self.request, loading), reports > 0)
  }

  private var kept: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: session.path + "/pictures")) ?? []).sorted()
  }

  @Test func whatWasDecodedOnceIsReadBackTheSame() throws {
    let (first, firstDecoded) = try load()
    let (second, secondDecoded) = try load()
    #expect(firstDecoded && !secondDecoded)
    #expect(
      second.training.pixels == first.training.pixels && second.training.labels == first.training.labels)
    #expect(second.test.pixels == first.test.pixels && second.leftOut == first.leftOut)
    #expect(first.leftOut.count == 1 && second.classNames == first.classNames)
  }

  @Test func anyChangeOfFilesOrFormDecodesAgain() throws {
    _ = try load()
    var others = [request, request, request]
    others[0].size = 8
    others[1].seed = 1
    others[2].pictures.isGrey = true
    for other in others { #expect(try load(other).isDecoded) }
    try folder.writePicture("cat/cat_1.png", 200)
    let (changed, isDecoded) = try load()
    #expect(isDecoded && (changed.training.numbers + changed.test.numbers).contains(200))
  }

  @Test func aDamagedFileCountsAsNone() throws {
    let (first, _) = try load()
    let path = session.path + "/pictures/" + (try #require(kept.first))
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for place in stride(from: 0, to: whole.count, by: 97) {
      var damaged = whole
      damaged[place] ^= 4
      try damaged.write(to: URL(fileURLWithPath: path))
      let (found, isDecoded) = try load(writes: false)
      #expect(isDecoded && found.training.pixels == first.training.pixels, "byte \(place)")
      try damaged.prefix(place).write(to: URL(fileURLWithPath: path))
      #expect(try load(writes: false).isDecoded, "\(place) bytes")
    }
  }

  @Test func onlyTheLastFewAreKeptAndNothingWhereNoneMayBe() throws {
    _ = try load(writes: false)
    #expect(kept.isEmpty)
    for seed in 0..<7 {
      var other = request
      other.seed = UInt64(seed)
      _ = try load(other)
    }
    #expect(kept.count == 4 && kept.allSatisfy { $0.hasSuffix(".pictures") })
  }
}
