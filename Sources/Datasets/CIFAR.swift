import Glibc

extension DatasetSource {
  /// CIFAR-10 (Krizhevsky, 2009): 50,000 + 10,000 colour images of animals and vehicles, 32×32.
  package static let cifar10 = DatasetSource(
    name: "cifar10", summary: "animals and vehicles, 32×32 colour, 10 classes, from CIFAR's binary files",
    classNames: [
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ],
    origin: .cifar(
      CIFARFiles(
        training: (1...5).map { "data_batch_\($0).bin" }, test: "test_batch.bin", labelBytes: 1, names: nil,
        subfolder: "cifar-10-batches-bin")))

  /// CIFAR-100 (Krizhevsky, 2009): 50,000 + 10,000 colour images, 32×32, by their fine labels.
  package static let cifar100 = DatasetSource(
    name: "cifar100", summary: "100 classes of things, 32×32 colour, from CIFAR's binary files",
    classNames: (0..<100).map { "\($0)" },
    origin: .cifar(
      CIFARFiles(
        training: ["train.bin"], test: "test.bin", labelBytes: 2, names: "fine_label_names.txt",
        subfolder: "cifar-100-binary")))
}

/// The binary form of the CIFAR sets: records of labels (the class is the last) and 32×32 bytes each of red, green and
/// blue; https://www.cs.toronto.edu/~kriz/cifar.html.
package struct CIFARFiles: Sendable {
  package var training: [String]
  package var test: String
  /// 2 where a coarse label comes before the fine one.
  package var labelBytes: Int
  /// File with a class name on each line; nil where the names are known.
  package var names: String?
  /// Folder that the archive makes, which may be named or the one it lies in.
  package var subfolder: String

  private static let side = 32
  private static let imageBytes = 3 * side * side
  /// A file holds 10,000 or 50,000 records; more than this is none of the set's.
  private static let mostRecords = 500_000

  func load(_ source: DatasetSource, _ request: DatasetRequest) throws(DatasetError) -> LoadedImages {
    guard let path = request.path else { throw .folderNeeded(dataset: source.name) }
    var folder = FolderPath.expanded(path)
    guard FolderPath.kind(of: folder) == S_IFDIR else {
      throw .folderMissing(dataset: source.name, path: folder)
    }
    if FolderPath.kind(of: folder + "/" + test) == nil,
      FolderPath.kind(of: folder + "/" + subfolder) == S_IFDIR
    {
      folder += "/" + subfolder
    }
    let classes = try classNames(source, folder)
    let test = try images([self.test], .test, source, folder, request, classes.count)
    let training = try images(self.training, .training, source, folder, request, classes.count)
    return LoadedImages(classNames: classes, training: training, test: test)
  }

  /// Training images, whatever the request's limit.
  func allTraining(_ source: DatasetSource, _ request: DatasetRequest) throws(DatasetError) -> ImageSet {
    var request = request
    (request.limit, request.testLimit) = (nil, 1)
    return try load(source, request).training
  }

  private func classNames(_ source: DatasetSource, _ folder: String) throws(DatasetError) -> [String] {
    guard let names, FolderPath.kind(of: folder + "/" + names) != nil else { return source.classNames }
    let path = folder + "/" + names
    let stream = try ByteStream(path: path)
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = try stream.read(bytes.count, into: &bytes)
    let lines = String(decoding: bytes[..<count], as: UTF8.self).split { $0.isNewline }.map(String.init)
    guard lines.count == source.classNames.count else {
      throw .classCount(path: path, named: lines.count, found: source.classNames.count)
    }
    return lines
  }

  private func images(
    _ files: [String], _ part: DatasetPart, _ source: DatasetSource, _ folder: String,
    _ request: DatasetRequest, _ classes: Int
  ) throws(DatasetError) -> ImageSet {
    var images = ImageSet(
      channels: 3, height: CIFARFiles.side, width: CIFARFiles.side, pixels: [], labels: [])
    let limit = request.limit(of: part)
    if let limit, limit < 1 { throw .limitOutOfRange(part, asked: limit, available: 0) }
    for name in files where images.count < limit ?? .max {
      let path = folder + "/" + name
      guard FolderPath.kind(of: path) != nil else { throw .fileMissing(dataset: source.name, path: path) }
      try append(path, to: &images, limit: limit, classes)
    }
    guard images.count > 0 else { throw .empty(path: folder) }
    if let limit, images.count < limit {
      throw .limitOutOfRange(part, asked: limit, available: images.count)
    }
    return images
  }

  /// Reads a whole file, so that damage anywhere is found, and keeps what the limit leaves room for.
  private func append(
    _ path: String, to images: inout ImageSet, limit: Int?, _ classes: Int
  ) throws(DatasetError) {
    let stream = try ByteStream(path: path)
    let recordBytes = labelBytes + CIFARFiles.imageBytes
    var record = [UInt8](repeating: 0, count: recordBytes)
    var number = 0
    while case let count = try stream.read(recordBytes, into: &record), count > 0 {
      guard count == recordBytes else {
        throw .truncated(
          path: path, expected: (number + 1) * recordBytes, found: number * recordBytes + count)
      }
      guard number < CIFARFiles.mostRecords else {
        throw .trailingBytes(path: path, expected: CIFARFiles.mostRecords * recordBytes)
      }
      let label = Int(record[labelBytes - 1])
      guard label < classes else {
        throw .labelOutOfRange(path: path, index: number, label: label, classes: classes)
      }
      if images.count < limit ?? .max {
        images.labels.append(UInt16(label))
        images.pixels.append(contentsOf: record[labelBytes...])
      }
      number += 1
    }
    try stream.expectEnd(after: number * recordBytes)
  }
}
