import Pictures

/// Sizes to which images can be resized, in pixels.
package let allowedImageSizes = 4...512

/// Loads, limits and resizes a data set, and measures its training images.
///
/// Same request and same files give the same bytes. Mean and deviation are those of the training images as
/// they are returned. A request that holds what its data set does not take is refused.
package func loadDataset(
  _ request: DatasetRequest, _ loading: Loading = Loading()
) throws(DatasetError) -> Dataset {
  guard let source = DatasetSource.named(request.name) else {
    throw .unknownDataset(name: request.name, known: DatasetSource.catalogue.map(\.name))
  }
  if let size = request.size, !allowedImageSizes.contains(size) {
    throw .sizeOutOfRange(asked: size, allowed: allowedImageSizes)
  }
  try source.check(request)
  var loaded = try images(of: source, request, loading)
  // Pictures are scaled while they are decoded.
  if let size = request.size, !source.scalesWhileReading {
    let size = PixelSize(height: size, width: size)
    loaded.training = try resized(loaded.training, to: size, .training, loading)
    loaded.test = try resized(loaded.test, to: size, .test, loading)
  }
  try loaded.setValidationApart(request)
  let statistics = ChannelStatistics(of: loaded.training)
  return Dataset(
    description: request.description, classNames: loaded.classNames, training: loaded.training,
    test: loaded.test, mean: statistics.mean, deviation: statistics.deviation, leftOut: loaded.leftOut,
    validation: loaded.validation)
}

/// Both parts of a data set as its files have them.
struct LoadedImages {
  var classNames: [String]
  var training: ImageSet
  var test: ImageSet
  var leftOut: [String] = []
  var validation: ImageSet?
}

extension DatasetSource {
  /// True where images have the wanted size when they are read.
  var scalesWhileReading: Bool { if case .pictures = origin { true } else { false } }

  /// Throws at what is said of pictures or classes where the data set has none to choose.
  func check(_ request: DatasetRequest) throws(DatasetError) {
    if case .folder? = request.validation, !scalesWhileReading {
      throw .optionNotTaken(dataset: name, .validation)
    }
    switch origin {
    case .pictures: return
    case .files:
      if request.pictures == .usual { return }
    case .cifar, .drawn:
      if request.classes != nil { throw .optionNotTaken(dataset: name, .classes) }
    }
    let pictures = request.pictures
    if pictures.label != nil { throw .optionNotTaken(dataset: name, .label) }
    if pictures.fit != .crop { throw .optionNotTaken(dataset: name, .stretch) }
    if pictures.isGrey { throw .optionNotTaken(dataset: name, .grey) }
    if pictures.skipsBroken { throw .optionNotTaken(dataset: name, .skipBroken) }
    if pictures.test != nil { throw .optionNotTaken(dataset: name, .test) }
  }
}

private func images(
  of source: DatasetSource, _ request: DatasetRequest, _ loading: Loading
) throws(DatasetError) -> LoadedImages {
  switch source.origin {
  case .files(let folder, _):
    guard let path = request.path ?? folder else { throw .folderNeeded(dataset: source.name) }
    return try filedImages(source, path, request, loading)
  case .cifar(let files): return try files.load(source, request)
  case .pictures: return try pictureFolder(request, loading)
  case .drawn(let drawn):
    guard request.path == nil else { throw .folderNotTaken(dataset: source.name) }
    return LoadedImages(
      classNames: source.classNames, training: try drawn.images(.training, request, loading.progress),
      test: try drawn.images(.test, request, loading.progress))
  }
}

private func filedImages(
  _ source: DatasetSource, _ path: String, _ request: DatasetRequest, _ loading: Loading
) throws(DatasetError) -> LoadedImages {
  let folder = try IDXFolder(source, path: path, classes: request.classes)
  // The test files are small: what is wrong with them shows before the long read.
  let test = try folder.images(.test, limit: request.testLimit)
  loading.progress(
    LoadingProgress(activity: .reading, part: .test, done: test.count, total: test.count))
  let training = try folder.images(.training, limit: request.limit)
  loading.progress(
    LoadingProgress(activity: .reading, part: .training, done: training.count, total: training.count))
  guard training.size == test.size else {
    throw .imageSizesDiffer(path: folder.path, training: training.size, test: test.size)
  }
  guard training.channels == test.channels else {
    throw .imageChannelsDiffer(path: folder.path, training: training.channels, test: test.channels)
  }
  return LoadedImages(classNames: folder.classNames, training: training, test: test)
}

private func resized(
  _ images: ImageSet, to size: PixelSize, _ part: DatasetPart, _ loading: Loading
) throws(DatasetError) -> ImageSet {
  guard images.size != size else { return images }
  let bytes = byteProduct([images.count, images.channels, size.height, size.width])
  guard bytes <= IDXFile.mostBytes else {
    throw .sizeTooLarge(path: nil, bytes: bytes, most: IDXFile.mostBytes)
  }
  return images.resized(to: size) { done in
    loading.progress(LoadingProgress(activity: .resizing, part: part, done: done, total: images.count))
  }
}

extension ImageSet {
  package var size: PixelSize { PixelSize(height: height, width: width) }
}
