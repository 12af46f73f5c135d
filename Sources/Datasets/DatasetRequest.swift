import Pictures

/// Which images to load, and how: all that decides a data set's content.
package struct DatasetRequest: Hashable, Codable, Sendable, CustomStringConvertible {
  /// Name in `DatasetSource.catalogue`.
  package var name: String
  /// Folder with the files; nil for the data set's own.
  ///
  /// A leading "~/" is the home folder.
  package var path: String?
  /// Only the first so many training images; for drawn sets, how many to draw.
  package var limit: Int?
  /// Only the first so many test images; for drawn sets, how many to draw.
  package var testLimit: Int?
  /// Height and width to resize to, in pixels; nil keeps the images as they are.
  package var size: Int?
  /// Seed of drawn sets and of the order and division of folders of pictures; other sets don't depend on it.
  package var seed: UInt64
  /// What the classes are called: of IDX files in the order of labels, of pictures also which are taken; nil for all
  /// there are, as the data set has them.
  package var classes: [String]?
  /// For folders of pictures.
  package var pictures: PictureReading
  /// Which images are set apart to choose on: a share of each class of the training images, or a folder in the folder.
  package var validation: PictureReading.Test?

  package init(
    name: String = "fashion-mnist", path: String? = nil, limit: Int? = nil, testLimit: Int? = nil,
    size: Int? = nil, seed: UInt64 = 0, classes: [String]? = nil, pictures: PictureReading = .usual,
    validation: PictureReading.Test? = nil
  ) {
    self.name = name
    self.path = path
    self.limit = limit
    self.testLimit = testLimit
    self.size = size
    self.seed = seed
    self.classes = classes
    self.pictures = pictures
    self.validation = validation
  }

  /// The operands of a `data` command that asks for the same: "fashion-mnist limit 20000 size 64".
  package var description: String {
    var words = name == DatasetSource.folder.name ? [quoted(path ?? "")] : [name]
    if let path, name != DatasetSource.folder.name { words += ["path", quoted(path)] }
    if let label = pictures.label { words += ["label", quoted(label)] }
    if let classes { words += ["classes", DatasetRequest.words(classes)] }
    if let limit { words += [DatasetPart.training.keyword, "\(limit)"] }
    if let testLimit { words += [DatasetPart.test.keyword, "\(testLimit)"] }
    if let test = pictures.test { words += [DatasetPart.test.keyword, test.words] }
    if let validation { words += ["validation", validation.words] }
    if let size { words += ["size", "\(size)"] }
    if pictures.fit == .stretch { words.append("stretch") }
    if pictures.isGrey { words.append("grey") }
    if pictures.skipsBroken { words.append("skip-broken") }
    if seed != 0 { words += ["seed", "\(seed)"] }
    return words.joined(separator: " ")
  }

  /// What the data is called in a sentence: "fashion-mnist", or a folder by its path.
  package var title: String { name == DatasetSource.folder.name ? quoted(path ?? "") : name }

  /// Names of classes that are numbers from 0 are written as their number.
  private static func words(_ classes: [String]) -> String {
    classes == (0..<classes.count).map { "\($0)" }
      ? "\(classes.count)" : classes.map(quoted).joined(separator: ", ")
  }

  /// How many images of a part are asked for; nil for all.
  package func limit(of part: DatasetPart) -> Int? {
    switch part {
    case .training: limit
    case .test: testLimit
    }
  }
}

/// Text in quotation marks, as the language reads it.
func quoted(_ text: String) -> String {
  var escaped = ""
  for character in text {
    switch character {
    case "\"", "\\": escaped += "\\" + String(character)
    case "\n": escaped += "\\n"
    default: escaped.append(character)
    }
  }
  return "\"\(escaped)\""
}
