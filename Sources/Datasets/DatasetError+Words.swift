extension DatasetError {
  /// What is wrong, in a clause without a full stop.
  package var message: String {
    switch self {
    case .unknownDataset(let name, _): "no data set is called \"\(name)\""
    case .folderNeeded(let dataset): "\(dataset) needs the folder that holds its files"
    case .folderNotTaken(let dataset): "\(dataset) is drawn by the program and reads no folder"
    case .folderMissing(DatasetSource.folder.name, ""): "the path of the folder is empty"
    case .folderMissing(DatasetSource.folder.name, let path): "there is no folder \(path)"
    case .folderMissing(let dataset, ""): "the path of \(dataset) is empty"
    case .folderMissing(let dataset, let path): "the folder of \(dataset) is not there: \(path)"
    case .fileMissing(let dataset, let path): "a file of \(dataset) is missing: \(path)"
    case .unreadable(let path, let reason): "\(path) can't be read: \(reason)"
    case .notGzip(let path): "\(path) is not gzip data, though its name says so"
    case .damaged(let path, let reason): "\(path) is damaged: \(reason)"
    case .truncated(let path, let expected, let found):
      "\(path) is cut short: its header promises \(expected) bytes, \(found) are there"
    case .trailingBytes(let path, let expected):
      "\(path) goes on after the \(expected) bytes that its header promises"
    case .badMagic(let path, let expected, let found):
      "\(path) is no IDX file of the right kind: it starts with \(hex(found)) instead of \(hex(expected))"
    case .empty(let path): "\(path) holds no images"
    case .labelsMismatch(let path, let images, let labels):
      "\(path) has \(labels) label\(labels == 1 ? "" : "s") for \(images) image\(images == 1 ? "" : "s")"
    case .labelOutOfRange(let path, let index, let label, let classes):
      "\(path) gives image \(index) the label \(label), but there are \(classes) classes"
    case .imageSizesDiffer(let path, let training, let test):
      "the images in \(path) differ: \(training) for training, \(test) for test"
    case .imageChannelsDiffer(let path, let training, let test):
      "the images in \(path) differ: \(training) channels for training, \(test) for test"
    case .limitOutOfRange(let part, let asked, let available):
      asked < 1
        ? "\(asked) \(part.rawValue) images are too few"
        : "\(asked) \(part.rawValue) images were asked for, there \(available == 1 ? "is" : "are") \(available)"
    case .sizeOutOfRange(let asked, let allowed):
      "images can't be \(asked) pixels wide: \(allowed.lowerBound) to \(allowed.upperBound) can be had"
    case .sizeTooLarge(let path, let bytes, let most):
      "\(path.map { "the header of \($0) promises" } ?? "the images would take") "
        + (bytes == .max ? "more bytes than can be counted" : "\(bytes >> 20) MiB")
        + ", \(most >> 20) MiB are the most"
    case .cancelled: "loading was stopped"
    case .folderTwice(let path): "\(path) can't hold test and validation images at once"
    case .nothingForValidation(let training):
      training == 1
        ? "of 1 training image none can be set apart"
        : "of \(training) training images none can be set apart: no class has two"
    case .channelsUnknown, .filesAmbiguous, .noClasses, .emptyClass, .classMissing, .unknownClass,
      .classesOutOfRange, .classCount, .badPattern, .unlabelled, .linkRefused, .badPicture,
      .pictureSizesDiffer, .optionNotTaken:
      folderMessage
    }
  }

  /// What to write or do instead; nil where nothing better than the message can be said.
  package var remedy: String? {
    switch self {
    case .unknownDataset(_, let known): "there are " + known.joined(separator: ", ")
    case .folderNeeded(let dataset): "name it: \(pathExample(dataset))"
    case .folderNotTaken(let dataset): "write: data \(dataset)"
    case .folderMissing(let dataset, _), .fileMissing(let dataset, _): whereToGet(dataset)
    case .unreadable: "look at the file's permissions"
    case .notGzip: "compress it with gzip, or take \".gz\" off its name"
    case .damaged, .truncated, .trailingBytes: "fetch the file anew"
    case .badMagic, .imageSizesDiffer, .imageChannelsDiffer:
      "look whether the folder holds the files of another data set"
    case .empty: "name a folder with images in it"
    case .labelsMismatch, .labelOutOfRange: "take images and labels from the same data set"
    case .limitOutOfRange(let part, _, let available):
      "write: \(part.keyword) N, with N from 1 to \(available)"
    case .sizeOutOfRange(_, let allowed):
      "write: size N, with N from \(allowed.lowerBound) to \(allowed.upperBound)"
    case .sizeTooLarge(.some, _, _): "look whether the file is what its name says"
    case .sizeTooLarge(nil, _, _): "take fewer images (limit N) or smaller ones (size N)"
    case .cancelled: nil
    case .folderTwice: "name two folders, or a share of the training images: validation 10%"
    case .nothingForValidation: "take more training images, or leave validation out"
    case .channelsUnknown, .filesAmbiguous, .noClasses, .emptyClass, .classMissing, .unknownClass,
      .classesOutOfRange, .classCount, .badPattern, .unlabelled, .linkRefused, .badPicture,
      .pictureSizesDiffer, .optionNotTaken:
      folderRemedy
    }
  }
}

extension DatasetPart {
  /// The word in the `data` command that bounds this part.
  package var keyword: String {
    switch self {
    case .training: "limit"
    case .test: "test"
    }
  }
}

private func whereToGet(_ dataset: String) -> String {
  guard let source = DatasetSource.named(dataset) else { return "look whether its name is right" }
  switch source.origin {
  case .pictures: return "name a folder of pictures: data \"…\""
  case .cifar: return "name the folder of its binary files: \(pathExample(dataset))"
  case .files, .drawn: break
  }
  guard let package = source.debianPackage else {
    return "name the folder that holds its four IDX files: \(pathExample(dataset))"
  }
  return "install Debian's package \(package), or name a folder: \(pathExample(dataset))"
}

private func pathExample(_ dataset: String) -> String {
  dataset == DatasetSource.folder.name ? "data \"…\"" : "data \(dataset) path \"…\""
}

private func hex(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}
