import Glibc

/// A folder with the four files of MNIST and its successors.
struct IDXFolder {
  let dataset: String
  let path: String
  /// What the classes are called, in the order of their labels.
  let classNames: [String]
  /// The label of the first class: 1 in EMNIST's letters.
  private let firstLabel: Int

  /// A folder by its path, where "~/" is the home folder.
  ///
  /// Without `classes` and names of the data set's own, classes are the numbers up to the largest label, from 1 where no
  /// image has the label 0. Where classes are named and labels run from 1 to as many as there are names, the first class
  /// is 1.
  init(_ source: DatasetSource, path: String, classes: [String]?) throws(DatasetError) {
    dataset = source.name
    let folder = FolderPath.expanded(path)
    self.path = folder
    guard FolderPath.kind(of: folder) == S_IFDIR else {
      throw .folderMissing(dataset: dataset, path: folder)
    }
    guard classes != nil || source.classNames.isEmpty else {
      (classNames, firstLabel) = (source.classNames, 0)
      return
    }
    let files = IDXFiles(dataset: dataset, folder: folder)
    let labelPath = try files.labels(.training)
    let labels = try IDXFile(path: labelPath, forms: IDXFolder.labelForms, limit: nil, part: .training)
      .numbers
    let (least, most) = (labels.min() ?? 0, labels.max() ?? 0)
    guard most < ImageSet.mostClasses else {
      throw .labelOutOfRange(
        path: labelPath, index: labels.firstIndex(of: most) ?? 0, label: most, classes: ImageSet.mostClasses)
    }
    let first = least >= 1 && most == (classes?.count ?? most) ? 1 : 0
    classNames = classes ?? (first...max(most, first)).map { "\($0)" }
    firstLabel = first
    guard (2...ImageSet.mostClasses).contains(classNames.count) else {
      throw .classesOutOfRange(path: folder, found: classNames.count)
    }
  }

  private static let labelForms: [IDXFile.Form] = [.byteLabels, .shortLabels, .longLabels]

  /// Images [count, channels, height, width] and labels of a part, in the files' order.
  func images(_ part: DatasetPart, limit: Int?) throws(DatasetError) -> ImageSet {
    let files = IDXFiles(dataset: dataset, folder: path)
    let imagePath = try files.images(part)
    let labelPath = try files.labels(part)
    let labels = try IDXFile(path: labelPath, forms: IDXFolder.labelForms, limit: nil, part: part)
    let images = try IDXFile(path: imagePath, forms: [.images, .colourImages], limit: limit, part: part)
    guard images.dimensions[0] == labels.dimensions[0] else {
      throw .labelsMismatch(
        path: labelPath, images: images.dimensions[0], labels: labels.dimensions[0])
    }
    let count = limit ?? images.dimensions[0]
    let kept = labels.numbers[..<count].map { $0 - firstLabel }
    if let index = kept.firstIndex(where: { !classNames.indices.contains($0) }) {
      throw .labelOutOfRange(
        path: labelPath, index: index, label: kept[index] + firstLabel, classes: classNames.count)
    }
    return try imageSet(images, imagePath, labels: kept.map { UInt16($0) })
  }

  private func imageSet(
    _ file: IDXFile, _ path: String, labels: [UInt16]
  ) throws(DatasetError) -> ImageSet {
    let sizes = file.dimensions
    guard file.form == .colourImages else {
      return ImageSet(channels: 1, height: sizes[1], width: sizes[2], pixels: file.bytes, labels: labels)
    }
    if [1, 3].contains(sizes[1]) {
      return ImageSet(
        channels: sizes[1], height: sizes[2], width: sizes[3], pixels: file.bytes, labels: labels)
    }
    guard [1, 3].contains(sizes[3]) else { throw .channelsUnknown(path: path, sizes: sizes) }
    return ImageSet(
      channels: sizes[3], height: sizes[1], width: sizes[2],
      pixels: planes(file.bytes, channels: sizes[3], plane: sizes[1] * sizes[2]), labels: labels)
  }
}

/// Parts pixels [count, plane, channels] into planes [count, channels, plane].
private func planes(_ pixels: [UInt8], channels: Int, plane: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: pixels.count) { planes, filled in
    for index in pixels.indices {
      let (image, rest) = index.quotientAndRemainder(dividingBy: plane * channels)
      let (pixel, channel) = rest.quotientAndRemainder(dividingBy: channels)
      planes[(image * channels + channel) * plane + pixel] = pixels[index]
    }
    filled = pixels.count
  }
}

/// The four files under one of the names in use: "train-images-idx3-ubyte.gz", plain, or with a dot before "idx3".
///
/// Where none has such a name, each may have the same word before it, as in "emnist-letters-train-images-idx3-ubyte".
private struct IDXFiles {
  let dataset: String
  let folder: String

  func images(_ part: DatasetPart) throws(DatasetError) -> String {
    try file(part, "images", ["idx3-ubyte", "idx4-ubyte"])
  }

  func labels(_ part: DatasetPart) throws(DatasetError) -> String {
    try file(part, "labels", ["idx1-ubyte", "idx1-short", "idx1-int"])
  }

  private func file(
    _ part: DatasetPart, _ content: String, _ kinds: [String]
  ) throws(DatasetError) -> String {
    let names = stems(part).flatMap { stem in
      kinds.flatMap { kind in
        ["-", "."].flatMap { dot in [".gz", ""].map { "\(stem)-\(content)\(dot)\(kind)\($0)" } }
      }
    }
    if let known = names.first(where: { FolderPath.kind(of: folder + "/" + $0) != nil }) {
      return folder + "/" + known
    }
    let found = try FolderPath.names(in: folder).filter { name in
      names.contains { name.hasSuffix("-" + $0) }
    }
    guard let first = found.first else {
      throw .fileMissing(dataset: dataset, path: folder + "/" + names[0])
    }
    guard found.count == 1 else { throw .filesAmbiguous(path: folder, names: found) }
    return folder + "/" + first
  }

  private func stems(_ part: DatasetPart) -> [String] {
    switch part {
    case .training: ["train"]
    case .test: ["t10k", "test"]
    }
  }
}
