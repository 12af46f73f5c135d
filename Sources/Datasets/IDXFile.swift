/// The content of an IDX file: http://yann.lecun.com/exdb/mnist, "The IDX file format".
struct IDXFile {
  /// What a file may be: the type of its values and how many dimensions it has.
  enum Form: UInt32 {
    /// Grey images of unsigned bytes: [count, height, width].
    case images = 0x0803
    /// Colour images of unsigned bytes: [count, height, width, channels] or [count, channels, height, width].
    case colourImages = 0x0804
    case byteLabels = 0x0801
    /// Labels of two and of four bytes, the higher ones first.
    case shortLabels = 0x0b01
    case longLabels = 0x0c01

    var rank: Int { Int(rawValue & 0xff) }

    var valueBytes: Int {
      switch self {
      case .images, .colourImages, .byteLabels: 1
      case .shortLabels: 2
      case .longLabels: 4
      }
    }
  }

  let form: Form
  /// Sizes in the header, the number of records first.
  var dimensions: [Int]
  /// The first records, one after the other.
  var bytes: [UInt8]

  /// Bytes of images or labels that are held in memory at the most, for each part of a data set.
  static let mostBytes = 1 << 31

  /// Reads the whole file, so that damage anywhere is found, and keeps the first `limit` records.
  ///
  /// A file is of one of `forms`; the first is what diagnostics expect.
  init(path: String, forms: [Form], limit: Int?, part: DatasetPart) throws(DatasetError) {
    let stream = try ByteStream(path: path)
    (form, dimensions) = try IDXFile.header(of: stream, forms: forms)
    let headerBytes = 4 + 4 * form.rank
    let total = byteProduct(dimensions + [form.valueBytes])
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

  /// The records as numbers, of labels.
  var numbers: [Int] {
    let size = form.valueBytes
    guard size > 1 else { return bytes.map(Int.init) }
    return stride(from: 0, to: bytes.count, by: size).map { start in
      bytes[start..<start + size].reduce(0) { $0 << 8 | Int($1) }
    }
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

  /// Magic number 0, 0, type, rank; then one big-endian size for each dimension.
  private static func header(
    of stream: borrowing ByteStream, forms: [Form]
  ) throws(DatasetError) -> (Form, [Int]) {
    var magic = [UInt8](repeating: 0, count: 4)
    var found = try stream.read(4, into: &magic)
    let word = number(magic[...])
    let usual = forms[0]
    let form = found == 4 ? forms.first { $0.rawValue == word } : usual
    guard let form else { throw .badMagic(path: stream.path, expected: usual.rawValue, found: word) }
    var sizes = [UInt8](repeating: 0, count: 4 * form.rank)
    if found == 4 { found += try stream.read(sizes.count, into: &sizes) }
    guard found == 4 + sizes.count else {
      throw .truncated(path: stream.path, expected: 4 + sizes.count, found: found)
    }
    return (
      form, stride(from: 0, to: sizes.count, by: 4).map { Int(number(sizes[$0..<$0 + 4])) }
    )
  }

  /// A big-endian number of four bytes.
  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
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
