import Pictures

extension DatasetSource {
  /// Folders of JPEG and PNG files, whose classes are sub-folders or part of the files' names.
  package static let folder = DatasetSource(
    name: "folder",
    summary:
      "a folder of JPEG and PNG files: data \"FOLDER\"; sub-folders or names (label \"…\") are the classes",
    classNames: [], origin: .pictures)
}

/// Reads a folder of pictures, or what is kept of it.
func pictureFolder(_ request: DatasetRequest, _ loading: Loading) throws(DatasetError) -> LoadedImages {
  let listing = try PictureListing(request)
  let reading = request.pictures
  let form = PictureForm(side: request.size, fit: reading.fit, isGrey: reading.isGrey)
  let cache = loading.cacheFolder.map { PictureCache(folder: $0, listing, form, reading) }
  var loaded: LoadedImages
  if let kept = cache?.load(listing.classNames) {
    loaded = kept
  } else {
    let size = try listing.pictureSize(request)
    // The test files are fewer: what is wrong with them shows before the long read.
    let test = try listing.decoding(.test, listing.test, form, size, reading).images(loading)
    let training = try listing.decoding(.training, listing.training, form, size, reading).images(loading)
    loaded = LoadedImages(
      classNames: listing.classNames, training: training.images, test: test.images,
      leftOut: test.leftOut + training.leftOut)
    if loading.writesCache { cache?.keep(loaded) }
  }
  guard !listing.validation.isEmpty else { return loaded }
  let validation = try listing.decoding(
    .training, listing.validation, form, loaded.training.size, reading
  ).images(loading)
  loaded.validation = validation.images
  loaded.leftOut += validation.leftOut
  return loaded
}

/// The training images after the first `skipped` of those that a request without limit takes; nil where there are none.
func laterPictures(
  _ request: DatasetRequest, after skipped: Int, count: Int, _ loading: Loading
) throws(DatasetError) -> ImageSet? {
  var request = request
  request.limit = nil
  let listing = try PictureListing(request)
  guard skipped < listing.training.count, count > 0 else { return nil }
  let reading = request.pictures
  let form = PictureForm(side: request.size, fit: reading.fit, isGrey: reading.isGrey)
  let size = try listing.pictureSize(request)
  let files = Array(listing.training[skipped..<skipped + min(count, listing.training.count - skipped)])
  return try listing.decoding(.training, files, form, size, reading).images(loading).images
}

extension PictureListing {
  /// The size that is asked for, else that of the first training picture.
  fileprivate func pictureSize(_ request: DatasetRequest) throws(DatasetError) -> PixelSize {
    if let size = request.size { return PixelSize(height: size, width: size) }
    return try firstPictureSize(training, root: root, skipsBroken: request.pictures.skipsBroken)
  }

  fileprivate func decoding(
    _ part: DatasetPart, _ files: [PictureFile], _ form: PictureForm, _ size: PixelSize,
    _ reading: PictureReading
  ) -> PictureDecoding {
    PictureDecoding(
      root: root, files: files, part: part, form: form, size: size, skipsBroken: reading.skipsBroken)
  }
}
