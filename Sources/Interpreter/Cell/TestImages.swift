import Language
import SessionStore
import Text

/// Figures and the images that they are of: known by content, since files may change under the words that choose them.
extension Workspace {
  /// Models whose figures are of other test images than their data's words choose now, as far as that is known: of the
  /// data in memory.
  func modelsOfOtherImages(_ entries: [ModelEntry]) -> [String] {
    var known: [String: String?] = [:]
    return entries.filter { entry in
      guard let own = entry.details[.testImages], let words = entry.details[.data] else { return false }
      let content = known[words] ?? DataChoice(text: words).flatMap(library.testImagesInMemory)
      known[words] = content
      return content.map { $0 != own } ?? false
    }.map(\.name)
  }
}

/// What is said where figures are left out.
func otherImagesNote(_ models: [String]) -> String {
  let isOne = models.count == 1
  return
    "\(sentence(models)): the accuracy that is kept is of other test images, for the files of \(isOne ? "its" : "their") "
    + "data have changed; evaluate \(models[0]) measures it on those that are there"
}

extension ModelEntry {
  /// Writes down which images its figures are of, and which it was made with.
  mutating func note(_ data: ChosenData, _ library: DataLibrary) {
    guard let content = library.content(of: data.choice) else { return }
    details[.testImages] = content.test
    details[.dataContent] = content.data
  }
}
