package import Pictures

/// One file as a set of a single image of the class 0; errors are `.badPicture` with the path as it was given.
package func pictureImage(_ path: String, as form: PictureForm) throws(DatasetError) -> ImageSet {
  do {
    let picture = try FileBytes(FolderPath.expanded(path)).withBytes { bytes throws(PictureError) in
      try decodedPicture(bytes, as: form)
    }
    return ImageSet(
      channels: picture.channels, height: picture.height, width: picture.width, pixels: picture.pixels,
      labels: [0])
  } catch let error as PictureError {
    throw .badPicture(path: path, reason: error.reason)
  } catch let error as FileReadingError {
    throw .badPicture(path: path, reason: error.reason)
  } catch {
    throw .badPicture(path: path, reason: "\(error)")
  }
}

extension DatasetRequest {
  /// What a picture becomes that is to look like the images of this data.
  package func pictureForm(channels: Int, height: Int, width: Int) -> PictureForm {
    PictureForm(side: height == width ? height : nil, fit: pictures.fit, isGrey: channels == 1)
  }
}
