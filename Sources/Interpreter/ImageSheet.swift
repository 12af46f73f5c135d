/// Images side by side, each with what it is and what a model takes it for.
package struct ImageSheet: Sendable, Codable, Equatable {
  package struct Item: Sendable, Codable, Equatable {
    /// Place among the test images, from 1.
    package var number: Int
    /// The name of its class.
    package var label: String
    /// What the model takes it for; nil where none was asked.
    package var choice: String?
    /// What the other model takes it for; nil where there is none.
    package var otherChoice: String?
    /// Rows of red, green and blue, 3·width·height bytes.
    package var pixels: [UInt8]

    package init(
      number: Int, label: String, choice: String? = nil, otherChoice: String? = nil, pixels: [UInt8]
    ) {
      self.number = number
      self.label = label
      self.choice = choice
      self.otherChoice = otherChoice
      self.pixels = pixels
    }

    /// Whether the model is right; nil where none was asked.
    package var isRight: Bool? { choice.map { $0 == label } }

    /// "cat, taken for dog; teacher's: cat".
    package var words: String {
      var words = label
      if let choice, choice != label { words += ", taken for \(choice)" }
      if let otherChoice, otherChoice != choice { words += ", by the other for \(otherChoice)" }
      return words
    }
  }

  package var title: String
  /// Pixels of each image.
  package var width: Int
  package var height: Int
  package var items: [Item]

  package init(title: String, width: Int, height: Int, items: [Item]) {
    self.title = title
    self.width = width
    self.height = height
    self.items = items
  }
}
