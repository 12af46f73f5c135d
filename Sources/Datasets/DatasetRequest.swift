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
  /// Seed of drawn sets; sets read from files don't depend on it.
  package var seed: UInt64

  package init(
    name: String = "fashion-mnist", path: String? = nil, limit: Int? = nil, testLimit: Int? = nil,
    size: Int? = nil, seed: UInt64 = 0
  ) {
    self.name = name
    self.path = path
    self.limit = limit
    self.testLimit = testLimit
    self.size = size
    self.seed = seed
  }

  /// The operands of a `data` command that asks for the same: "fashion-mnist limit 20000 size 64".
  package var description: String {
    var words = [name]
    if let path { words += ["path", quoted(path)] }
    if let limit { words += [DatasetPart.training.keyword, "\(limit)"] }
    if let testLimit { words += [DatasetPart.test.keyword, "\(testLimit)"] }
    if let size { words += ["size", "\(size)"] }
    if seed != 0 { words += ["seed", "\(seed)"] }
    return words.joined(separator: " ")
  }

  /// How many images of a part are asked for; nil for all.
  package func limit(of part: DatasetPart) -> Int? {
    switch part {
    case .training: limit
    case .test: testLimit
    }
  }
}

private func quoted(_ text: String) -> String {
  var escaped = ""
  for character in text {
    if character == "\"" || character == "\\" { escaped.append("\\") }
    escaped.append(character)
  }
  return "\"\(escaped)\""
}
