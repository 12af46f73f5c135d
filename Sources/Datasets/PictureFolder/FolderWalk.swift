import Glibc

/// Finds the pictures of a folder and of the folders in it.
///
/// Links are followed to files in the data set's folder and nowhere else: what lies outside is not the user's data, and
/// folders could lead round in a circle.
struct FolderWalk {
  /// The data set's folder.
  let root: String
  private let resolvedRoot: String
  /// Folders within folders; more are no way to keep pictures.
  private static let deepest = 16
  /// More files than labels and memory could hold.
  private static let mostFiles = 20_000_000

  init(root: String) throws(DatasetError) {
    guard FolderPath.kind(of: root) == S_IFDIR, let resolved = FolderPath.resolved(root) else {
      throw .folderMissing(dataset: DatasetSource.folder.name, path: root)
    }
    self.root = root
    resolvedRoot = resolved
  }

  /// Sub-folders of a folder, which is named from the root on ("" is the root), and how many pictures lie beside them.
  func contents(of folder: String) throws(DatasetError) -> (folders: [String], pictures: Int) {
    var folders: [String] = []
    var pictures = 0
    for name in try FolderPath.names(in: absolute(folder)) {
      switch try entry(joined(folder, name)) {
      case .folder: folders.append(name)
      case .file where PictureFile.isPicture(name): pictures += 1
      case .file, .other: continue
      }
    }
    return (folders, pictures)
  }

  /// Every picture in a folder, also in those within it but for the ones left out, by path.
  func pictures(in folder: String, except leftOut: Set<String> = []) throws(DatasetError) -> [PictureFile] {
    var files: [PictureFile] = []
    try collect(folder, leftOut, depth: 0, into: &files)
    return files
  }

  private func collect(
    _ folder: String, _ leftOut: Set<String>, depth: Int, into files: inout [PictureFile]
  ) throws(DatasetError) {
    guard depth < FolderWalk.deepest else {
      throw .unreadable(path: absolute(folder), reason: "it lies too deep")
    }
    for name in try FolderPath.names(in: absolute(folder)) {
      let path = joined(folder, name)
      switch try entry(path) {
      case .folder where !leftOut.contains(path):
        try collect(path, leftOut, depth: depth + 1, into: &files)
      case .file(let byteCount, let written) where PictureFile.isPicture(name):
        guard files.count < FolderWalk.mostFiles else {
          throw .unreadable(path: root, reason: "it holds more files than a data set can have")
        }
        files.append(PictureFile(path: path, byteCount: byteCount, written: written))
      case .folder, .file, .other: continue
      }
    }
  }

  private enum Entry {
    case folder
    case file(byteCount: Int, written: Int64)
    /// What can't be read as a file: it is a picture to no one.
    case other
  }

  private func entry(_ path: String) throws(DatasetError) -> Entry {
    var status = stat()
    let place = absolute(path)
    guard lstat(place, &status) == 0 else {
      throw .unreadable(path: place, reason: String(cString: strerror(errno)))
    }
    if status.st_mode & S_IFMT == S_IFLNK {
      guard let target = FolderPath.resolved(place), target.hasPrefix(resolvedRoot + "/"),
        stat(place, &status) == 0, status.st_mode & S_IFMT == S_IFREG
      else { throw .linkRefused(path: place) }
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG:
      let written = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
      return .file(byteCount: Int(status.st_size), written: written)
    default:
      guard !PictureFile.isPicture(path) else {
        throw .badPicture(path: place, reason: "it is not a file")
      }
      return .other
    }
  }

  func absolute(_ path: String) -> String { path.isEmpty ? root : root + "/" + path }
}

/// A path from the root on, of a folder that is named so and what lies in it.
func joined(_ folder: String, _ name: String) -> String { folder.isEmpty ? name : folder + "/" + name }
