/// Labelled images in memory, one byte a value, with what it takes to standardise them.
package struct Dataset: Sendable {
  /// How the user would name it again: "fashion-mnist limit 20000".
  package var description: String
  package var classNames: [String]
  package var training: ImageSet
  package var test: ImageSet
  /// Mean and standard deviation of the training images, one a channel, of values scaled to 0…1.
  package var mean: [Float]
  package var deviation: [Float]
  /// Files that were to be read and could not be, each with the reason: "cats/7.jpg: it is empty".
  package var leftOut: [String]
  /// Images that are set apart to choose on: neither trained on nor tested on; nil where none are.
  package var validation: ImageSet?

  package init(
    description: String, classNames: [String], training: ImageSet, test: ImageSet, mean: [Float],
    deviation: [Float], leftOut: [String] = [], validation: ImageSet? = nil
  ) {
    self.description = description
    self.classNames = classNames
    self.training = training
    self.test = test
    self.mean = mean
    self.deviation = deviation
    self.leftOut = leftOut
    self.validation = validation
  }
}

/// Images of one size as bytes [count, channels, height, width], and their labels.
package struct ImageSet: Sendable {
  package var channels: Int
  package var height: Int
  package var width: Int
  package var pixels: [UInt8]
  package var labels: [UInt16]

  /// The most classes that labels tell apart.
  package static let mostClasses = 1 << 16

  package init(channels: Int, height: Int, width: Int, pixels: [UInt8], labels: [UInt16]) {
    self.channels = channels
    self.height = height
    self.width = width
    self.pixels = pixels
    self.labels = labels
  }

  package var count: Int { labels.count }

  /// An image as rows of red, green and blue, 3·height·width bytes; a grey one with three equal values.
  package func colours(of image: Int) -> [UInt8] {
    let plane = height * width
    let start = image * channels * plane
    return (0..<3 * plane).map { index in
      pixels[start + (channels == 1 ? 0 : index % 3 * plane) + index / 3]
    }
  }
}
