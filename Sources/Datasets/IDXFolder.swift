import Glibc

/// A folder with the four files of MNIST and its successors.
struct IDXFolder {
  let dataset: String
  let path: String
  let classes: Int

  /// A folder by its path, where "~/" is the home folder.
  init(dataset: String, path: String, classes: Int) throws(DatasetError) {
    self.dataset = dataset
    self.path = IDXFolder.expanded(path)
    self.classes = classes
    guard IDXFolder.kind(of: self.path) == S_IFDIR else {
      throw .folderMissing(dataset: dataset, path: self.path)
    }
  }

  /// Images [count, 1, height, width] and labels of a part, in the files' order.
  func images(_ part: DatasetPart, limit: Int?) throws(DatasetError) -> ImageSet {
    let stem = IDXFolder.stem(part)
    let imagePath = try file("\(stem)-images", "idx3-ubyte")
    let labelPath = try file("\(stem)-labels", "idx1-ubyte")
    let labels = try IDXFile(path: labelPath, rank: 1, limit: nil, part: part)
    let images = try IDXFile(path: imagePath, rank: 3, limit: limit, part: part)
    guard images.dimensions[0] == labels.dimensions[0] else {
      throw .labelsMismatch(
        path: labelPath, images: images.dimensions[0], labels: labels.dimensions[0])
    }
    let count = limit ?? images.dimensions[0]
    let kept = Array(labels.bytes[..<count])
    if let index = kept.firstIndex(where: { Int($0) >= classes }) {
      throw .labelOutOfRange(path: labelPath, index: index, label: Int(kept[index]), classes: classes)
    }
    return ImageSet(
      channels: 1, height: images.dimensions[1], width: images.dimensions[2], pixels: images.bytes,
      labels: kept)
  }

  /// The file under one of the names in use: "train-images-idx3-ubyte.gz", plain, or with a dot before
  /// "idx3".
  private func file(_ stem: String, _ suffix: String) throws(DatasetError) -> String {
    let first = "\(path)/\(stem)-\(suffix).gz"
    let names = [
      first, "\(path)/\(stem)-\(suffix)", "\(path)/\(stem).\(suffix).gz", "\(path)/\(stem).\(suffix)",
    ]
    guard let found = names.first(where: { IDXFolder.kind(of: $0) != nil }) else {
      throw .fileMissing(dataset: dataset, path: first)
    }
    return found
  }

  private static func stem(_ part: DatasetPart) -> String {
    switch part {
    case .training: "train"
    case .test: "t10k"
    }
  }

  /// File type bits of `stat`; nil where nothing has this path.
  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  private static func expanded(_ path: String) -> String {
    var path = path
    if path == "~" || path.hasPrefix("~/"), let home = getenv("HOME") {
      path = String(cString: home) + path.dropFirst()
    }
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }
}
