extension DatasetSource {
  /// Ten kinds of drawn figures, so that everything can be tried without a file.
  package static let shapes = DatasetSource(
    name: "shapes", summary: "figures drawn by the program, 28×28 grey, 10 classes, 8,000 + 2,000 images",
    classNames: Figure.allCases.map(\.rawValue),
    origin: .drawn(
      DrawnImages(
        trainingCount: 8_000, testCount: 2_000, most: 200_000, size: PixelSize(height: 28, width: 28),
        draw: drawFigure)))
}

extension DrawnImages {
  /// Draws the images of a part: the first N are the same whatever N is.
  func images(
    _ part: DatasetPart, _ request: DatasetRequest, _ progress: (LoadingProgress) -> Void
  ) throws(DatasetError) -> ImageSet {
    let count = request.limit(of: part) ?? self.count(of: part)
    guard count >= 1, count <= most else {
      throw .limitOutOfRange(part, asked: count, available: most)
    }
    let images = drawn(part, seed: request.seed, 0..<count)
    progress(LoadingProgress(activity: .drawing, part: part, done: count, total: count))
    return images
  }

  /// The images of a part with these numbers.
  func drawn(_ part: DatasetPart, seed: UInt64, _ numbers: Range<Int>) -> ImageSet {
    let plane = size.height * size.width
    var pixels = [UInt8](repeating: 0, count: numbers.count * plane)
    var labels = [UInt16](repeating: 0, count: numbers.count)
    pixels.withUnsafeMutableBufferPointer { pixels in
      for (place, index) in numbers.enumerated() {
        let target = UnsafeMutableBufferPointer(rebasing: pixels[place * plane..<(place + 1) * plane])
        labels[place] = draw(DrawnImage(seed: seed, part: part, index: index), target)
      }
    }
    return ImageSet(
      channels: 1, height: size.height, width: size.width, pixels: pixels, labels: labels)
  }
}
