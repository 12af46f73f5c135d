internal import CPictures
internal import Glibc

/// A JPEG or PNG file that is read row by row, from top to bottom as it is stored.
struct PictureStream: ~Copyable {
  /// The most pixels that a file may declare: as many as the largest cameras give.
  static let mostPixels = 64_000_000

  /// Size in pixels as the header has it.
  let width: Int
  let height: Int
  let orientation: Orientation
  private let picture: OpaquePointer

  /// Reads the header.
  init(_ bytes: UnsafeRawBufferPointer) throws(PictureError) {
    picture = try PictureStream.opened(bytes)
    width = Int(cp_width(picture))
    height = Int(cp_height(picture))
    var count = 0
    let exif = cp_exif(picture, &count)
    orientation = Orientation(exif: UnsafeRawBufferPointer(start: exif, count: exif == nil ? 0 : count))
  }

  deinit { cp_free(picture) }

  /// What every row holds, once decoding began.
  struct Rows {
    var width: Int
    var count: Int
    /// 1 for grey, 3 for colour.
    var channels: Int
  }

  /// Begins to decode, at a half, a quarter or an eighth of the size where `reduction` says so and the format can.
  func start(reduction: Int) throws(PictureError) -> Rows {
    try check(cp_start(picture, Int32(reduction)))
    return Rows(
      width: Int(cp_row_width(picture)), count: Int(cp_row_count(picture)),
      channels: Int(cp_channels(picture)))
  }

  /// Writes the next row of width × channels bytes.
  func read(into row: UnsafeMutablePointer<UInt8>) throws(PictureError) {
    try check(cp_read_row(picture, row))
  }

  /// Reads what follows the last row, and its checksums.
  func finish() throws(PictureError) { try check(cp_finish(picture)) }

  private func check(_ status: cp_status) throws(PictureError) {
    if let error = PictureStream.error(status, picture) { throw error }
  }

  /// A decoder that has read the header.
  private static func opened(_ bytes: UnsafeRawBufferPointer) throws(PictureError) -> OpaquePointer {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { throw .empty }
    var opened: OpaquePointer?
    let status = cp_open(
      start.assumingMemoryBound(to: UInt8.self), bytes.count, Int64(mostPixels), &opened)
    guard let opened else { throw .outOfMemory }
    var error = PictureStream.error(status, opened)
    if error == nil, cp_width(opened) == 0 || cp_height(opened) == 0 {
      error = .damaged(reason: "it has no pixels")
    }
    guard let error else { return opened }
    cp_free(opened)
    throw error
  }

  private static func error(_ status: cp_status, _ picture: OpaquePointer) -> PictureError? {
    switch status {
    case CP_FINE: nil
    case CP_UNKNOWN_FORMAT: .unknownFormat
    case CP_TOO_LARGE:
      .tooLarge(width: Int(cp_width(picture)), height: Int(cp_height(picture)), most: mostPixels)
    case CP_NO_MEMORY: .outOfMemory
    default: .damaged(reason: String(cString: cp_message(picture)))
    }
  }
}

/// Pixels as a PNG file: rows of red, green and blue, or rows of grey values.
///
/// - Parameter pixels: 3·width·height bytes, of a grey picture width·height.
package func encodedPNG(
  _ pixels: [UInt8], width: Int, height: Int, isGrey: Bool = false
) throws(PictureError) -> [UInt8] {
  guard let columns = UInt32(exactly: width), let rows = UInt32(exactly: height), columns > 0, rows > 0,
    pixels.count == (isGrey ? 1 : 3) * width * height
  else { throw .damaged(reason: "there are not as many pixels as its size has") }
  var bytes: UnsafeMutablePointer<UInt8>?
  var count = 0
  let status = cp_encode_png(pixels, columns, rows, isGrey ? 1 : 0, &bytes, &count)
  guard status == CP_FINE, let bytes else { throw .outOfMemory }
  defer { free(bytes) }
  return Array(UnsafeBufferPointer(start: bytes, count: count))
}
