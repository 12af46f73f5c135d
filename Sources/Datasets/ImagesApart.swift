import GraphIR

extension ImageSet {
  /// Parts a share of each class off, chosen by the seed: the same images for the same seed, each part in their order.
  ///
  /// Of a class with two images or more each part gets one at least, a single one stays.
  package func divided(share: Double, seed: UInt64) -> (rest: ImageSet, part: ImageSet) {
    var places: [UInt16: [Int]] = [:]
    for (place, label) in labels.enumerated() { places[label, default: []].append(place) }
    var chosen: Set<Int> = []
    for (label, members) in places where members.count > 1 {
      var members = members
      var generator = SeededGenerator(seed, 14, UInt64(label))
      members.shuffle(by: &generator)
      let wanted = Int((share * Double(members.count)).rounded())
      chosen.formUnion(members[..<min(max(wanted, 1), members.count - 1)])
    }
    return (
      picked(labels.indices.filter { !chosen.contains($0) }), picked(labels.indices.filter(chosen.contains))
    )
  }

  /// The images at some places, in that order.
  private func picked(_ places: [Int]) -> ImageSet {
    let plane = channels * height * width
    var part = self
    part.pixels = []
    part.pixels.reserveCapacity(places.count * plane)
    for place in places { part.pixels += pixels[place * plane..<(place + 1) * plane] }
    part.labels = places.map { labels[$0] }
    return part
  }
}

extension LoadedImages {
  /// Sets the share of the training images apart that a request asks for.
  mutating func setValidationApart(_ request: DatasetRequest) throws(DatasetError) {
    guard case .share(let share)? = request.validation else { return }
    let (rest, part) = training.divided(share: share, seed: request.seed)
    guard part.count > 0 else { throw .nothingForValidation(training: training.count) }
    (training, validation) = (rest, part)
  }
}

extension Dataset {
  /// The same with images to choose on: its own, else a half of the test images, which then test no more.
  ///
  /// The half is the same in every session, taken by class. Nil where no class has two test images.
  package var withImagesToChooseOn: Dataset? {
    guard validation == nil else { return self }
    let (rest, part) = test.divided(share: 0.5, seed: 0)
    guard part.count > 0, rest.count > 0 else { return nil }
    var result = self
    (result.test, result.validation) = (rest, part)
    return result
  }
}
