/// How far loading is: a step of its kind was finished.
package struct LoadingProgress: Hashable, Sendable {
  package enum Activity: String, Hashable, Sendable { case reading, drawing, resizing }

  package var activity: Activity
  package var part: DatasetPart
  /// Images done and images in all, of this part.
  package var done: Int
  package var total: Int
}

/// Sizes to which images can be resized, in pixels.
package let allowedImageSizes = 4...512

/// Loads, limits and resizes a data set, and measures its training images.
///
/// Same request and same files give the same bytes. Mean and deviation are those of the training images as
/// they are returned. `progress` is called on the calling thread.
package func loadDataset(
  _ request: DatasetRequest, progress: (LoadingProgress) -> Void = { _ in }
) throws(DatasetError) -> Dataset {
  guard let source = DatasetSource.named(request.name) else {
    throw .unknownDataset(name: request.name, known: DatasetSource.catalogue.map(\.name))
  }
  if let size = request.size, !allowedImageSizes.contains(size) {
    throw .sizeOutOfRange(asked: size, allowed: allowedImageSizes)
  }
  var (training, test) = try images(of: source, request, progress)
  if let size = request.size {
    let size = PixelSize(height: size, width: size)
    training = try resized(training, to: size, .training, progress)
    test = try resized(test, to: size, .test, progress)
  }
  let statistics = ChannelStatistics(of: training)
  return Dataset(
    description: request.description, classNames: source.classNames, training: training, test: test,
    mean: statistics.mean, deviation: statistics.deviation)
}

private func images(
  of source: DatasetSource, _ request: DatasetRequest, _ progress: (LoadingProgress) -> Void
) throws(DatasetError) -> (training: ImageSet, test: ImageSet) {
  switch source.origin {
  case .files(let folder, _):
    guard let path = request.path ?? folder else { throw .folderNeeded(dataset: source.name) }
    return try filedImages(source, path, request, progress)
  case .drawn(let drawn):
    guard request.path == nil else { throw .folderNotTaken(dataset: source.name) }
    return (
      training: try drawn.images(.training, request, progress),
      test: try drawn.images(.test, request, progress)
    )
  }
}

private func filedImages(
  _ source: DatasetSource, _ path: String, _ request: DatasetRequest,
  _ progress: (LoadingProgress) -> Void
) throws(DatasetError) -> (training: ImageSet, test: ImageSet) {
  let folder = try IDXFolder(dataset: source.name, path: path, classes: source.classNames.count)
  // The test files are small: what is wrong with them shows before the long read.
  let test = try folder.images(.test, limit: request.testLimit)
  progress(LoadingProgress(activity: .reading, part: .test, done: test.count, total: test.count))
  let training = try folder.images(.training, limit: request.limit)
  progress(
    LoadingProgress(activity: .reading, part: .training, done: training.count, total: training.count))
  guard training.size == test.size else {
    throw .imageSizesDiffer(path: folder.path, training: training.size, test: test.size)
  }
  return (training, test)
}

private func resized(
  _ images: ImageSet, to size: PixelSize, _ part: DatasetPart, _ progress: (LoadingProgress) -> Void
) throws(DatasetError) -> ImageSet {
  guard images.size != size else { return images }
  let bytes = byteProduct([images.count, images.channels, size.height, size.width])
  guard bytes <= IDXFile.mostBytes else {
    throw .sizeTooLarge(path: nil, bytes: bytes, most: IDXFile.mostBytes)
  }
  return images.resized(to: size) { done in
    progress(LoadingProgress(activity: .resizing, part: part, done: done, total: images.count))
  }
}

extension ImageSet {
  package var size: PixelSize { PixelSize(height: height, width: width) }
}
