import GraphIR

extension PictureListing {
  /// Lists a folder as a request asks: the files of the classes that are wanted, divided and in a seeded order.
  ///
  /// Whatever the order in which the system lists files, the same names give the same.
  init(_ request: DatasetRequest) throws(DatasetError) {
    guard let path = request.path, !path.isEmpty else {
      throw .folderNeeded(dataset: DatasetSource.folder.name)
    }
    let walk = try FolderWalk(root: FolderPath.expanded(path))
    let parts = try PictureParts(walk, request)
    let pattern = try request.pictures.label.map(LabelPattern.init)
    var training = try PictureListing.labelled(
      parts.training, except: parts.others, isWhole: true, walk, pattern, request)
    var test = try parts.test.map { folder throws(DatasetError) in
      try PictureListing.labelled(folder, except: [], isWhole: false, walk, pattern, request)
    }
    let apart = try parts.validation.map { folder throws(DatasetError) in
      try PictureListing.labelled(folder, except: [], isWhole: false, walk, pattern, request)
    }
    let names = try PictureListing.classNames(
      request, pattern, found: training.map(\.name), in: walk.absolute(parts.training))
    training = training.filter { names.wanted.contains($0.name) }
    let unknown = ((test ?? []) + (apart ?? [])).first { !names.wanted.contains($0.name) }
    if let unknown, request.classes == nil {
      throw .unknownClass(path: walk.root + "/" + unknown.files[0].path, name: unknown.name)
    }
    test = test?.filter { names.wanted.contains($0.name) }
    self.init(root: walk.root, classNames: names.shown, training: [], test: [])
    for (label, name) in names.wanted.enumerated() {
      var files = training.first { $0.name == name }?.files ?? []
      for index in files.indices { files[index].label = label }
      guard test == nil else {
        self.training += files
        continue
      }
      let share = if case .share(let share)? = request.pictures.test { share } else { nil as Double? }
      divide(files, share: share ?? PictureReading.usualTestShare, seed: request.seed)
    }
    for group in test ?? [] { self.test += PictureListing.files(of: group, among: names.wanted) }
    for group in apart ?? [] where names.wanted.contains(group.name) {
      validation += PictureListing.files(of: group, among: names.wanted)
    }
    if apart != nil, validation.isEmpty { throw .empty(path: walk.absolute(parts.validation ?? "")) }
    try shuffle(request)
  }

  /// A class's files with its label.
  private static func files(of group: Group, among names: [String]) -> [PictureFile] {
    let label = names.firstIndex(of: group.name) ?? 0
    return group.files.map { file in
      var file = file
      file.label = label
      return file
    }
  }

  /// Files of one class as it is called in the folder.
  private typealias Group = (name: String, files: [PictureFile])

  /// Where sub-folders are the classes and the list is to be whole, every class that is wanted must be there.
  private static func labelled(
    _ folder: String, except leftOut: Set<String>, isWhole: Bool, _ walk: FolderWalk,
    _ pattern: LabelPattern?,
    _ request: DatasetRequest
  ) throws(DatasetError) -> [Group] {
    guard let pattern else {
      let contents = try walk.contents(of: folder)
      let folders = contents.folders.filter { !leftOut.contains(joined(folder, $0)) }
      guard !folders.isEmpty else {
        throw .noClasses(path: walk.absolute(folder), pictures: contents.pictures)
      }
      if isWhole, let missing = request.classes?.first(where: { !folders.contains($0) }) {
        throw .classMissing(path: walk.absolute(folder), name: missing, found: folders)
      }
      var groups: [Group] = []
      for name in folders where request.classes?.contains(name) ?? true {
        let files = try walk.pictures(in: joined(folder, name), except: leftOut)
        guard !files.isEmpty else { throw .emptyClass(path: walk.absolute(joined(folder, name))) }
        groups.append((name, files))
      }
      return groups
    }
    var byName: [String: [PictureFile]] = [:]
    for file in try walk.pictures(in: folder, except: leftOut) {
      byName[try pattern.label(of: file, root: walk.root), default: []].append(file)
    }
    return byName.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { ($0.key, $0.value) }
  }

  /// The classes as the folder calls them, in the order of their labels, and what they are called from here on.
  private static func classNames(
    _ request: DatasetRequest, _ pattern: LabelPattern?, found: [String], in path: String
  ) throws(DatasetError) -> (wanted: [String], shown: [String]) {
    var wanted = request.classes ?? found
    var shown = wanted
    if let pattern, !pattern.hasGroup {
      wanted = LabelPattern.matchNames
      shown = request.classes ?? wanted
      guard shown.count == 2 else { throw .classCount(path: path, named: shown.count, found: 2) }
    }
    if let missing = wanted.first(where: { !found.contains($0) }) {
      throw .classMissing(path: path, name: missing, found: found)
    }
    guard (2...ImageSet.mostClasses).contains(wanted.count) else {
      throw .classesOutOfRange(path: path, found: wanted.count)
    }
    return (wanted, shown)
  }

  /// Gives a share of a class to the test files, at least one where there are two.
  private mutating func divide(_ files: [PictureFile], share: Double, seed: UInt64) {
    var files = files
    var generator = SeededGenerator(seed, 11, UInt64(files.first?.label ?? 0))
    files.shuffle(by: &generator)
    let wanted = Int((share * Double(files.count)).rounded())
    let count = min(max(wanted, 1), files.count - 1)
    test += files[..<count]
    training += files[count...]
  }

  private mutating func shuffle(_ request: DatasetRequest) throws(DatasetError) {
    for part in DatasetPart.allCases {
      var files = part == .training ? training : test
      guard !files.isEmpty else { throw .empty(path: root) }
      var generator = SeededGenerator(request.seed, part == .training ? 12 : 13)
      files.shuffle(by: &generator)
      if let limit = request.limit(of: part) {
        guard limit >= 1, limit <= files.count else {
          throw .limitOutOfRange(part, asked: limit, available: files.count)
        }
        files = Array(files[..<limit])
      }
      switch part {
      case .training: training = files
      case .test: test = files
      }
    }
  }
}

/// Which folders hold the files of each part, from the data set's folder on.
private struct PictureParts {
  var training: String
  /// Nil where a share of the training files is for testing.
  var test: String?
  /// Nil where no folder is set apart to choose on.
  var validation: String?

  /// Folders that hold no training image.
  var others: Set<String> { Set([test, validation].compactMap { $0 }) }

  private static let testNames = ["test", "testing", "valid", "val", "validation"]

  init(_ walk: FolderWalk, _ request: DatasetRequest) throws(DatasetError) {
    let folders = try walk.contents(of: "").folders
    let own = ["train", "training"].first(where: folders.contains)
    training = own ?? ""
    if case .folder(let name)? = request.validation {
      validation = try walk.folder(named: name, of: "the validation images")
    }
    let apart = validation
    switch request.pictures.test {
    case .folder(let name): test = try walk.folder(named: name, of: "the test images")
    case .share: test = nil
    case nil:
      test = own == nil ? nil : PictureParts.testNames.first { folders.contains($0) && $0 != apart }
    }
    if let test, test == validation { throw .folderTwice(path: walk.root + "/" + test) }
  }
}

extension FolderWalk {
  /// A folder of one part that the user named.
  fileprivate func folder(named name: String, of part: String) throws(DatasetError) -> String {
    guard !name.isEmpty, !name.split(separator: "/").contains(".."), !name.hasPrefix("/"),
      try hasFolder(name)
    else { throw .folderMissing(dataset: part, path: root + "/" + name) }
    return name
  }

  /// True for a folder that lies, over any number of folders and no link, in the data set's folder.
  private func hasFolder(_ path: String) throws(DatasetError) -> Bool {
    var folder = ""
    for name in path.split(separator: "/").map(String.init) {
      guard try contents(of: folder).folders.contains(name) else { return false }
      folder = joined(folder, name)
    }
    return !folder.isEmpty
  }
}
