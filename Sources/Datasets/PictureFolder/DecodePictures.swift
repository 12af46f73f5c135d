import Dispatch
import Glibc
import Pictures

/// Pictures of one part, decoded into one block of memory on all cores.
struct PictureDecoding {
  let root: String
  let files: [PictureFile]
  let part: DatasetPart
  let form: PictureForm
  let size: PixelSize
  let skipsBroken: Bool

  /// Between two looks at what was done: so many bytes of files, or so many files.
  private static let chunkBytes = 8 << 20
  private static let chunkFiles = 256

  /// Images in the files' order, without those that could not be read; these are told in `leftOut`.
  func images(_ loading: Loading) throws(DatasetError) -> (images: ImageSet, leftOut: [String]) {
    let imageBytes = byteProduct([form.channels, size.height, size.width])
    let total = byteProduct([files.count, imageBytes])
    guard total <= IDXFile.mostBytes else {
      throw .sizeTooLarge(path: nil, bytes: total, most: IDXFile.mostBytes)
    }
    var images = ImageSet(
      channels: form.channels, height: size.height, width: size.width,
      pixels: [UInt8](repeating: 0, count: total), labels: [])
    images.labels.reserveCapacity(files.count)
    var leftOut: [String] = []
    var start = 0
    while start < files.count {
      let chunk = start..<chunkEnd(after: start)
      let failures = decode(chunk, into: &images.pixels, imageBytes: imageBytes, loading)
      if loading.isCancelled() { throw .cancelled }
      for index in chunk {
        if let failure = failures[index - chunk.lowerBound] {
          leftOut.append(try leaveOut(files[index], failure))
        } else {
          // The place of one that was left out is taken by the next.
          images.moveImage(index, to: images.count, imageBytes: imageBytes)
          images.labels.append(UInt16(clamping: files[index].label))
        }
      }
      start = chunk.upperBound
      loading.progress(
        LoadingProgress(activity: .reading, part: part, done: start, total: files.count))
    }
    guard images.count > 0 else { throw .empty(path: root) }
    images.pixels.removeLast((files.count - images.count) * imageBytes)
    return (images, leftOut)
  }

  /// Why a file gave no image.
  private enum Failure {
    case broken(reason: String)
    case otherSize(PixelSize)
  }

  /// What is said of a file that is left out; throws where none may be.
  private func leaveOut(_ file: PictureFile, _ failure: Failure) throws(DatasetError) -> String {
    switch failure {
    case .otherSize(let found):
      throw .pictureSizesDiffer(
        path: root + "/" + file.path, size: found, first: root + "/" + files[0].path, firstSize: size)
    case .broken(let reason):
      guard skipsBroken else { throw .badPicture(path: root + "/" + file.path, reason: reason) }
      return file.path + ": " + reason
    }
  }

  private func chunkEnd(after start: Int) -> Int {
    var end = start
    var bytes = 0
    while end < files.count, end - start < Self.chunkFiles, bytes < Self.chunkBytes {
      bytes += files[end].byteCount
      end += 1
    }
    return end
  }

  private func decode(
    _ chunk: Range<Int>, into pixels: inout [UInt8], imageBytes: Int, _ loading: Loading
  ) -> [Failure?] {
    var failures = [Failure?](repeating: nil, count: chunk.count)
    let isCancelled = loading.isCancelled
    pixels.withUnsafeMutableBufferPointer { pixels in
      failures.withUnsafeMutableBufferPointer { failures in
        guard let firstImage = pixels.baseAddress, let first = failures.baseAddress else { return }
        // Each image and each failure has a place of its own.
        nonisolated(unsafe) let target = firstImage
        nonisolated(unsafe) let failed = first
        DispatchQueue.concurrentPerform(iterations: chunk.count) { offset in
          guard !isCancelled() else { return }
          let index = chunk.lowerBound + offset
          failed[offset] = decode(files[index], into: target + index * imageBytes)
        }
      }
    }
    return failures
  }

  private func decode(_ file: PictureFile, into target: UnsafeMutablePointer<UInt8>) -> Failure? {
    do {
      let picture = try FileBytes(root + "/" + file.path).withBytes { bytes throws(PictureError) in
        try decodedPicture(bytes, as: form)
      }
      let found = PixelSize(height: picture.height, width: picture.width)
      guard found == size else { return .otherSize(found) }
      picture.pixels.withUnsafeBufferPointer { pixels in
        if let base = pixels.baseAddress { target.update(from: base, count: pixels.count) }
      }
      return nil
    } catch let error as PictureError {
      return .broken(reason: error.reason)
    } catch let error as FileReadingError {
      return .broken(reason: error.reason)
    } catch {
      return .broken(reason: "\(error)")
    }
  }
}

extension ImageSet {
  fileprivate mutating func moveImage(_ source: Int, to target: Int, imageBytes: Int) {
    guard source != target else { return }
    pixels.withUnsafeMutableBufferPointer { pixels in
      guard let base = pixels.baseAddress else { return }
      memmove(base + target * imageBytes, base + source * imageBytes, imageBytes)
    }
  }
}

/// The size that pictures of a folder are kept in where none is asked for: that of the first that can be read.
func firstPictureSize(
  _ files: [PictureFile], root: String, skipsBroken: Bool
) throws(DatasetError) -> PixelSize {
  for file in files {
    let path = root + "/" + file.path
    var reason: String
    do {
      let (width, height) = try FileBytes(path).withBytes { bytes throws(PictureError) in
        try pictureSize(bytes)
      }
      return PixelSize(height: height, width: width)
    } catch let error as PictureError {
      reason = error.reason
    } catch let error as FileReadingError {
      reason = error.reason
    } catch {
      reason = "\(error)"
    }
    guard skipsBroken else { throw .badPicture(path: path, reason: reason) }
  }
  throw .empty(path: root)
}
