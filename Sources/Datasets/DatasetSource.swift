/// A data set that can be asked for by name.
package struct DatasetSource: Sendable {
  /// Where the images come from.
  package enum Origin: Sendable {
    /// Four IDX files in a folder; `folder` is where they are by default, `debianPackage` what puts them
    /// there.
    case files(folder: String?, debianPackage: String?)
    /// Records of bytes in files of a folder that the user names.
    case cifar(CIFARFiles)
    /// JPEG and PNG files in a folder that the user names.
    case pictures
    /// Drawn by the program.
    case drawn(DrawnImages)
  }

  package var name: String
  /// A few words for help and completion.
  package var summary: String
  /// Empty where the files tell them.
  package var classNames: [String]
  package var origin: Origin

  package static let catalogue: [DatasetSource] = [
    fashionMNIST, mnist, cifar10, cifar100, idx, folder, shapes,
  ]

  /// The entry of exactly this name.
  package static func named(_ name: String) -> DatasetSource? {
    catalogue.first { $0.name == name }
  }

  /// The Debian package that installs the files, where there is one.
  package var debianPackage: String? {
    switch origin {
    case .files(_, let debianPackage): debianPackage
    case .cifar, .pictures, .drawn: nil
    }
  }
}

/// A procedural data set: how many images there are of each part, and how one is drawn.
package struct DrawnImages: Sendable {
  package var trainingCount: Int
  package var testCount: Int
  /// The most images that may be asked for, of each part.
  package var most: Int
  package var size: PixelSize
  /// Draws image `index` of a part into height × width grey bytes and returns its label; it depends on
  /// nothing else.
  package var draw: @Sendable (DrawnImage, UnsafeMutableBufferPointer<UInt8>) -> UInt16

  package func count(of part: DatasetPart) -> Int {
    switch part {
    case .training: trainingCount
    case .test: testCount
    }
  }
}

/// Names one image of a procedural data set.
package struct DrawnImage: Sendable {
  package var seed: UInt64
  package var part: DatasetPart
  package var index: Int
}
