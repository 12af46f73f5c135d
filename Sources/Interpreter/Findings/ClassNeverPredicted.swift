import Text

extension FindingKind {
  /// A class with 20 test images or more that is chosen for no image, though the start chose it where there is one.
  ///
  /// Of a class that a network is right on once in ten times, 20 images are all missed by chance in one run of eight; of
  /// one that it is right on half of the time, in one of a million.
  static let classNeverPredicted = FindingKind(
    "class-never-predicted", "a class that a model chooses for no image"
  ) { evidence in
    var counts = [Int](repeating: 0, count: evidence.classNames.count)
    for label in evidence.labels where counts.indices.contains(label) { counts[label] += 1 }
    let chosen = Set(evidence.predictions)
    let before = evidence.start.map { Set($0.predictions) }
    let missing = counts.indices.filter {
      counts[$0] >= 20 && !chosen.contains($0) && before?.contains($0) ?? true
    }
    guard !missing.isEmpty else { return nil }
    let names = missing.prefix(4).map { quotedClass(evidence.classNames[$0]) }
    let more = missing.count > names.count ? ["\(missing.count - names.count) more"] : []
    let untrained = missing.filter {
      evidence.trainingImages.indices.contains($0) && evidence.trainingImages[$0] == 0
    }
    return Sighting(
      "\(evidence.name) never chooses \(sentence(names + more)), of which there "
        + (counts.sum(missing) == 1 ? "is 1 test image" : "are \(grouped(counts.sum(missing))) test images"),
      figure: .init(evidence.name + ".classes_never_predicted", Double(missing.count)),
      cause: untrained.count == missing.count
        ? "no training image is of \(missing.count == 1 ? "that class" : "these classes")"
        : "it takes those images for other classes, which its training made likelier",
      cells: ["confusion \(evidence.name)"])
  }
}

private func quotedClass(_ name: String) -> String { "\"\(name)\"" }

extension [Int] {
  fileprivate func sum(_ places: [Int]) -> Int { places.reduce(0) { $0 + self[$1] } }
}
