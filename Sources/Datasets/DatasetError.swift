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
  case imageChannelsDiffer(path: String, training: Int, test: Int)
  /// Neither the second nor the last of four sizes is a number of channels.
  case channelsUnknown(path: String, sizes: [Int])
  /// Several files could be the one that is wanted.
  case filesAmbiguous(path: String, names: [String])
  /// The folder has no sub-folders; so many pictures lie in it.
  case noClasses(path: String, pictures: Int)
  /// A sub-folder without pictures.
  case emptyClass(path: String)
  /// A class that was asked for is not there.
  case classMissing(path: String, name: String, found: [String])
  /// A test picture is of a class that no training picture has.
  case unknownClass(path: String, name: String)
  case classesOutOfRange(path: String, found: Int)
  /// There are more or fewer names than classes.
  case classCount(path: String, named: Int, found: Int)
  case badPattern(pattern: String, reason: String)
  /// The pattern finds no class in a file's name.
  case unlabelled(path: String, pattern: String)
  /// A link that leads out of the data set's folder, to a folder, or nowhere.
  case linkRefused(path: String)
  /// `reason` goes on from the file's name.
  case badPicture(path: String, reason: String)
  case pictureSizesDiffer(path: String, size: PixelSize, first: String, firstSize: PixelSize)
  /// Something was chosen that the data set has no use for.
  case optionNotTaken(dataset: String, DatasetOption)
  /// One folder is to hold both the images to test on and those to choose on.
  case folderTwice(path: String)
  /// No class has two training images, of which one could be set apart.
  case nothingForValidation(training: Int)
  /// Loading was stopped at the user's wish.
  case cancelled
  case limitOutOfRange(DatasetPart, asked: Int, available: Int)
  case sizeOutOfRange(asked: Int, allowed: ClosedRange<Int>)
  /// More bytes than the program holds, promised by a file's header or, without a path, made by resizing.
  ///
  /// `bytes` is `Int.max` where they can't be counted.
  case sizeTooLarge(path: String?, bytes: Int, most: Int)
}

/// What can be chosen of some data sets and not of others.
package enum DatasetOption: String, Hashable, Sendable {
  case label, classes, stretch, grey, test, validation
  case skipBroken = "skip-broken"
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
