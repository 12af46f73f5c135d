/// The content of an IDX file of unsigned bytes: http://yann.lecun.com/exdb/mnist, "The IDX file format".
struct IDXFile {
  /// Sizes in the header, the number of records first.
  var dimensions: [Int]
  /// The first records, one after the other.
  var bytes: [UInt8]

  /// Bytes of images or labels that are held in memory at the most, for each part of a data set.
  static let mostBytes = 1 << 31

  /// Reads the whole file, so that damage anywhere is found, and keeps the first `limit` records.
  init(path: String, rank: Int, limit: Int?, part: DatasetPart) throws(DatasetError) {
    let stream = try ByteStream(path: path)
    dimensions = try IDXFile.header(of: stream, rank: rank)
    let headerBytes = 4 + 4 * rank
    let total = byteProduct(dimensions)
    guard total > 0 else { throw .empty(path: path) }
    guard total <= IDXFile.mostBytes else {
      throw .sizeTooLarge(path: path, bytes: total, most: IDXFile.mostBytes)
    }
    if let limit, limit < 1 || limit > dimensions[0] {
      throw .limitOutOfRange(part, asked: limit, available: dimensions[0])
    }
    let kept = (limit ?? dimensions[0]) * (total / dimensions[0])
    bytes = []
    try read(stream, total: total, keeping: kept, headerBytes: headerBytes)
    try stream.expectEnd(after: headerBytes + total)
  }

  /// Memory grows with what the file really holds: a header alone can't make the program allocate.
  private mutating func read(
    _ stream: borrowing ByteStream, total: Int, keeping kept: Int, headerBytes: Int
  ) throws(DatasetError) {
    bytes.reserveCapacity(min(kept, 1 << 26))
    var chunk = [UInt8](repeating: 0, count: min(total, 1 << 20))
    var done = 0
    while done < total {
      let wanted = min(chunk.count, total - done)
      let got = try stream.read(wanted, into: &chunk)
      bytes.append(contentsOf: chunk[..<max(0, min(got, kept - done))])
      done += got
      if got < wanted {
        throw .truncated(path: stream.path, expected: headerBytes + total, found: headerBytes + done)
      }
    }
  }

  /// Magic number 0, 0, 8 (unsigned byte), rank; then one big-endian size for each dimension.
  private static func header(
    of stream: borrowing ByteStream, rank: Int
  ) throws(DatasetError) -> [Int] {
    var bytes = [UInt8](repeating: 0, count: 4 + 4 * rank)
    let found = try stream.read(bytes.count, into: &bytes)
    let expected = 0x0800 | UInt32(rank)
    guard found >= 4 else {
      throw .truncated(path: stream.path, expected: bytes.count, found: found)
    }
    let words = stride(from: 0, to: bytes.count, by: 4).map { start in
      bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    guard words[0] == expected else {
      throw .badMagic(path: stream.path, expected: expected, found: words[0])
    }
    guard found == bytes.count else {
      throw .truncated(path: stream.path, expected: bytes.count, found: found)
    }
    return words.dropFirst().map { Int($0) }
  }
}

/// The product of sizes, or `Int.max` where it is larger than that; 0 where one of them is.
func byteProduct(_ sizes: [Int]) -> Int {
  if sizes.contains(0) { return 0 }
  var product = 1
  for size in sizes {
    let (partial, overflows) = product.multipliedReportingOverflow(by: size)
    if overflows { return .max }
    product = partial
  }
  return product
}
