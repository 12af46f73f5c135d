/// Training images of a data set that a limit leaves out: those after the first `skipped`, `count` of them or as many
/// as there are; nil where there are none.
///
/// They are at the request's size. The request's own limit has no say; a set that is drawn goes on as far as it may be
/// asked for. Pixels are as `loadDataset` gives them, so a set's mean and deviation apply.
package func laterTrainingImages(
  of request: DatasetRequest, after skipped: Int, count: Int, _ loading: Loading = Loading()
) throws(DatasetError) -> ImageSet? {
  guard let source = DatasetSource.named(request.name) else {
    throw .unknownDataset(name: request.name, known: DatasetSource.catalogue.map(\.name))
  }
  guard var images = try laterImages(of: source, request, after: skipped, count: count, loading)
  else { return nil }
  if let size = request.size, !source.scalesWhileReading {
    let size = PixelSize(height: size, width: size)
    if images.size != size { images = images.resized(to: size) }
  }
  return images
}

private func laterImages(
  of source: DatasetSource, _ request: DatasetRequest, after skipped: Int, count: Int, _ loading: Loading
) throws(DatasetError) -> ImageSet? {
  switch source.origin {
  case .files(let folder, _):
    guard let path = request.path ?? folder else { throw .folderNeeded(dataset: source.name) }
    let folder = try IDXFolder(source, path: path, classes: request.classes)
    let all = try folder.images(.training, limit: nil)
    guard skipped < all.count, count > 0 else { return nil }
    return all[skipped..<skipped + min(count, all.count - skipped)]
  case .cifar(let files):
    let all = try files.allTraining(source, request)
    guard skipped < all.count, count > 0 else { return nil }
    return all[skipped..<skipped + min(count, all.count - skipped)]
  case .pictures: return try laterPictures(request, after: skipped, count: count, loading)
  case .drawn(let drawn):
    guard skipped < drawn.most, count > 0 else { return nil }
    return drawn.drawn(.training, seed: request.seed, skipped..<skipped + min(count, drawn.most - skipped))
  }
}

extension DatasetRequest {
  /// How many of the training images it takes that another request, of the same data set, begins with; nil where these
  /// may be any of them.
  package func trainingPrefix(in other: DatasetRequest) -> Int? {
    guard case .pictures? = DatasetSource.named(name)?.origin else { return trainingPrefix }
    let isSameOrder =
      path == other.path && seed == other.seed && classes == other.classes
      && pictures.label == other.pictures.label && pictures.test == other.pictures.test
      && validationFolder == other.validationFolder
    return isSameOrder ? limit : nil
  }

  /// How many of the first training images it takes; nil for all that a file holds.
  package var trainingPrefix: Int? {
    if let limit { return limit }
    guard case .drawn(let drawn)? = DatasetSource.named(name)?.origin else { return nil }
    return drawn.trainingCount
  }

  private var validationFolder: String? {
    if case .folder(let name)? = validation { name } else { nil }
  }

  /// True where both may draw or read the same sequence of training images, of whatever length and size.
  ///
  /// Two folders of one name may hold the same files.
  package func mayShareTrainingImages(with other: DatasetRequest) -> Bool {
    guard name == other.name else { return false }
    guard case .drawn? = DatasetSource.named(name)?.origin else { return true }
    return seed == other.seed
  }
}

extension ImageSet {
  /// The images at these places, from 0.
  package subscript(places: Range<Int>) -> ImageSet {
    let plane = channels * height * width
    var part = self
    part.pixels = Array(pixels[places.lowerBound * plane..<places.upperBound * plane])
    part.labels = Array(labels[places])
    return part
  }
}
