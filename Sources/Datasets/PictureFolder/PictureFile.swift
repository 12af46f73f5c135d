/// A picture's file as the folder lists it.
struct PictureFile: Hashable {
  /// From the data set's folder on: "train/cats/7.jpg".
  var path: String
  var byteCount: Int
  /// When it was last written: nanoseconds since 1970.
  var written: Int64
  /// Place of its class among the names.
  var label: Int = 0

  /// The last part of the path.
  var name: Substring { path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...] }

  private static let endings = [".jpg", ".jpeg", ".jpe", ".png"]

  /// True where a name says that the file is a picture.
  static func isPicture(_ name: String) -> Bool {
    let name = name.lowercased()
    return endings.contains { name.hasSuffix($0) }
  }
}

/// The files of a folder of pictures: which class each has and which are for testing.
struct PictureListing: Hashable {
  /// The folder itself, as the user named it.
  var root: String
  var classNames: [String]
  var training: [PictureFile]
  var test: [PictureFile]
  /// Files of a folder of their own that are set apart to choose on; none where that has no folder.
  var validation: [PictureFile] = []
}
