import Glibc
import Pictures

/// Decoded pictures in a file, kept under what they were made from: names, sizes and times of the files, and the form.
///
/// A file that is damaged, or was kept of something else, counts as none: the pictures are decoded again. What can't be
/// written is not kept, and nothing else changes.
struct PictureCache {
  private let folder: String
  /// All that decides what is kept.
  private let key: [UInt8]

  /// Files that are kept at the most; the ones that were used longest ago give way.
  private static let mostFiles = 4
  private static let ending = ".pictures"

  init(folder: String, _ listing: PictureListing, _ form: PictureForm, _ reading: PictureReading) {
    self.folder = folder
    var text = "\(form.side ?? 0) \(form.fit.rawValue) \(form.isGrey) \(reading.skipsBroken)\0"
    text += (FolderPath.resolved(listing.root) ?? listing.root) + "\0"
    for (part, files) in [("training", listing.training), ("test", listing.test)] {
      text += part + "\0"
      for file in files { text += "\(file.path)\0\(file.byteCount) \(file.written) \(file.label)\0" }
    }
    key = Array(text.utf8)
  }

  private var path: String {
    // FNV-1a: a name that is taken by another key is seen by the key in the file.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return folder + "/" + String(hash, radix: 16) + PictureCache.ending
  }

  /// What is kept; nil where nothing is.
  func load(_ classNames: [String]) -> LoadedImages? {
    guard let bytes = try? FileBlocks(reading: path), let header = CacheHeader(bytes.header),
      header.keyBytes == key.count, bytes.matches(header.contentBytes)
    else { return nil }
    guard bytes.block(header.keyBytes) == key, let notes = bytes.block(header.noteBytes),
      let training = bytes.images(header, header.trainingCount),
      let test = bytes.images(header, header.testCount), bytes.hasRightChecksum
    else { return nil }
    // Its time tells when it was used last.
    _ = utimes(path, nil)
    let leftOut = notes.isEmpty ? [] : String(decoding: notes, as: UTF8.self).split(separator: "\0")
    return LoadedImages(
      classNames: classNames, training: training, test: test, leftOut: leftOut.map(String.init))
  }

  func keep(_ loaded: LoadedImages) {
    if mkdir(folder, 0o700) != 0, errno != EEXIST { return }
    let notes = Array(loaded.leftOut.joined(separator: "\0").utf8)
    let header = CacheHeader(
      keyBytes: key.count, noteBytes: notes.count, trainingCount: loaded.training.count,
      testCount: loaded.test.count, channels: loaded.training.channels, height: loaded.training.height,
      width: loaded.training.width)
    let blocks = [
      header.bytes, key, notes, loaded.training.labelBytes, loaded.training.pixels, loaded.test.labelBytes,
      loaded.test.pixels,
    ]
    guard writeBlocks(blocks, to: path) else { return }
    removeOldest()
  }

  private func removeOldest() {
    guard let names = try? FolderPath.names(in: folder) else { return }
    let kept = names.filter { $0.hasSuffix(PictureCache.ending) }.map { name in
      var status = stat()
      _ = stat(folder + "/" + name, &status)
      return (name: name, used: (Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec)))
    }.sorted { $0.used > $1.used }
    for file in kept.dropFirst(PictureCache.mostFiles) { unlink(folder + "/" + file.name) }
  }
}

/// The numbers at the beginning of a kept file.
private struct CacheHeader {
  var keyBytes: Int
  var noteBytes: Int
  var trainingCount: Int
  var testCount: Int
  var channels: Int
  var height: Int
  var width: Int

  static let magic = Array("qatlab pictures1".utf8)
  static let byteCount = magic.count + 7 * 8

  var bytes: [UInt8] {
    CacheHeader.magic
      + [keyBytes, noteBytes, trainingCount, testCount, channels, height, width]
      .flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  }

  var imageBytes: Int { byteProduct([channels, height, width]) }
}

extension CacheHeader {
  /// Nil where the bytes are none, or claim what no set of images has.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == CacheHeader.byteCount, Array(bytes[..<CacheHeader.magic.count]) == CacheHeader.magic
    else { return nil }
    let numbers = stride(from: CacheHeader.magic.count, to: bytes.count, by: 8).map { start in
      bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    guard numbers.allSatisfy({ $0 <= 1 << 40 }) else { return nil }
    let values = numbers.map { Int($0) }
    self.init(
      keyBytes: values[0], noteBytes: values[1], trainingCount: values[2], testCount: values[3],
      channels: values[4], height: values[5], width: values[6])
    guard [1, 3].contains(channels), height > 0, width > 0, trainingCount > 0, testCount > 0,
      byteProduct([trainingCount, imageBytes]) <= IDXFile.mostBytes,
      byteProduct([testCount, imageBytes]) <= IDXFile.mostBytes
    else { return nil }
  }

  /// Bytes between the header and the checksum.
  var contentBytes: Int { keyBytes + noteBytes + (trainingCount + testCount) * (2 + imageBytes) }
}

extension ImageSet {
  fileprivate var labelBytes: [UInt8] {
    labels.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
  }
}

extension FileBlocks {
  /// The part of the file that the header is.
  fileprivate var header: [UInt8] { block(CacheHeader.byteCount) ?? [] }

  /// True where the file is as long as such a content.
  fileprivate func matches(_ contentBytes: Int) -> Bool {
    byteCount == CacheHeader.byteCount + contentBytes + FileBlocks.checksumBytes
  }

  fileprivate func images(_ header: CacheHeader, _ count: Int) -> ImageSet? {
    guard let labels = block(2 * count), let pixels = block(count * header.imageBytes) else { return nil }
    return ImageSet(
      channels: header.channels, height: header.height, width: header.width, pixels: pixels,
      labels: (0..<count).map { UInt16(labels[2 * $0]) | UInt16(labels[2 * $0 + 1]) << 8 })
  }
}
