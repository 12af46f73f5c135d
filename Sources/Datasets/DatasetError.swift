/// Why a data set can't be loaded.
///
/// Paths are as the user gave them or as the catalogue has them.
package enum DatasetError: Error, Hashable, Sendable {
  case unknownDataset(name: String, known: [String])
  /// The data set has no folder of its own and none was named.
  case folderNeeded(dataset: String)
  /// The data set is drawn by the program, yet a folder was named.
  case folderNotTaken(dataset: String)
  case folderMissing(dataset: String, path: String)
  case fileMissing(dataset: String, path: String)
  /// The system refuses to read the file; `reason` is the system's own text.
  case unreadable(path: String, reason: String)
  /// The name ends in ".gz", the content is something else.
  case notGzip(path: String)
  /// Compressed data that don't inflate; `reason` is zlib's own text.
  case damaged(path: String, reason: String)
  /// Fewer bytes, after inflating, than the header promises.
  case truncated(path: String, expected: Int, found: Int)
  /// More bytes, after inflating, than the header promises.
  case trailingBytes(path: String, expected: Int)
  case badMagic(path: String, expected: UInt32, found: UInt32)
  /// No image, or images without pixels.
  case empty(path: String)
  case labelsMismatch(path: String, images: Int, labels: Int)
  case labelOutOfRange(path: String, index: Int, label: Int, classes: Int)
  case imageSizesDiffer(path: String, training: PixelSize, test: PixelSize)
  case limitOutOfRange(DatasetPart, asked: Int, available: Int)
  case sizeOutOfRange(asked: Int, allowed: ClosedRange<Int>)
  /// More bytes than the program holds, promised by a file's header or, without a path, made by resizing.
  ///
  /// `bytes` is `Int.max` where they can't be counted.
  case sizeTooLarge(path: String?, bytes: Int, most: Int)
}

/// The two halves of a data set.
package enum DatasetPart: String, Hashable, Sendable, CaseIterable {
  case training, test
}

/// Height and width of an image in pixels.
package struct PixelSize: Hashable, Sendable, CustomStringConvertible {
  package var height: Int
  package var width: Int

  package init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  package var description: String { "\(height)×\(width)" }
}
