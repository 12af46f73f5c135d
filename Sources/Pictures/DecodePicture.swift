/// A decoded picture: planes of rows, [channels, height, width].
package struct DecodedPicture: Sendable {
  package var width: Int
  package var height: Int
  package var channels: Int
  package var pixels: [UInt8]
}

/// Size of a picture as it is seen, from its header alone.
package func pictureSize(_ bytes: UnsafeRawBufferPointer) throws(PictureError) -> (width: Int, height: Int) {
  let stream = try PictureStream(bytes)
  return stream.orientation.isTurned ? (stream.height, stream.width) : (stream.width, stream.height)
}

/// Decodes a file, turns it as EXIF says, and brings it to a form.
///
/// Transparency is left out, and colours are taken as they are stored, without profiles: as Pillow's
/// `exif_transpose(open(…)).convert("RGB")` does. Rows are scaled as they come, so beside the result it takes the memory
/// of the decoder and of the rows at the wanted width.
package func decodedPicture(
  _ bytes: UnsafeRawBufferPointer, as form: PictureForm
) throws(PictureError) -> DecodedPicture {
  let stream = try PictureStream(bytes)
  let reduction = form.reduction(width: stream.width, height: stream.height)
  let rows = try stream.start(reduction: reduction)
  // Where a decoder does not reduce, its rows are as wide as the picture.
  let isReduced = rows.width != stream.width || rows.count != stream.height
  let scale = isReduced ? Double(reduction) : 1
  let geometry = StoredGeometry(stream.orientation, form, width: stream.width, height: stream.height)
  let columnFilter = TriangleFilter(
    source: rows.width, extent: min(Double(rows.width), Double(stream.width) / scale),
    window: geometry.columns)
  let rowFilter = TriangleFilter(
    source: rows.count, extent: min(Double(rows.count), Double(stream.height) / scale),
    window: geometry.rows)
  let channels = form.isGrey ? 1 : rows.channels
  let narrow = try narrowed(stream, rows, channels: channels, columnFilter, needed: rowFilter.needed)
  try stream.finish()
  let stored = shortened(narrow, width: geometry.columns.kept.count, channels: channels, rowFilter)
  let seen = geometry.seen(stored, channels: channels)
  guard channels < form.channels else { return seen }
  var coloured = seen
  coloured.channels = form.channels
  coloured.pixels = Array((0..<form.channels).map { _ in seen.pixels }.joined())
  return coloured
}

/// The windows of the axes as they are stored.
private struct StoredGeometry {
  var orientation: Orientation
  var columns: AxisWindow
  var rows: AxisWindow

  init(_ orientation: Orientation, _ form: PictureForm, width: Int, height: Int) {
    self.orientation = orientation
    let seen =
      orientation.isTurned
      ? form.windows(width: height, height: width) : form.windows(width: width, height: height)
    let (along, across) = orientation.isTurned ? (seen.rows, seen.columns) : (seen.columns, seen.rows)
    columns = orientation.mirrorsRows ? along.mirrored : along
    rows = orientation.mirrorsColumns ? across.mirrored : across
  }

  /// Turns planes as they are stored into planes as they are seen.
  func seen(_ stored: [UInt8], channels: Int) -> DecodedPicture {
    let (width, height) = (columns.kept.count, rows.kept.count)
    let (seenWidth, seenHeight) = orientation.isTurned ? (height, width) : (width, height)
    var picture = DecodedPicture(width: seenWidth, height: seenHeight, channels: channels, pixels: stored)
    guard orientation != .upright else { return picture }
    var target = 0
    for channel in 0..<channels {
      for y in 0..<seenHeight {
        for x in 0..<seenWidth {
          let (along, across) = orientation.isTurned ? (y, x) : (x, y)
          let column = orientation.mirrorsRows ? width - 1 - along : along
          let row = orientation.mirrorsColumns ? height - 1 - across : across
          picture.pixels[target] = stored[(channel * height + row) * width + column]
          target += 1
        }
      }
    }
    return picture
  }
}

/// Reads all rows and keeps those that are needed, scaled to the wanted columns: [row, column, channel].
private func narrowed(
  _ stream: borrowing PictureStream, _ rows: PictureStream.Rows, channels: Int, _ filter: TriangleFilter,
  needed: Range<Int>
) throws(PictureError) -> [UInt8] {
  let width = filter.count
  var narrow = [UInt8](repeating: 0, count: needed.count * width * channels)
  let row = UnsafeMutablePointer<UInt8>.allocate(capacity: rows.width * rows.channels)
  row.initialize(repeating: 0, count: rows.width * rows.channels)
  defer { row.deallocate() }
  for number in 0..<rows.count {
    try stream.read(into: row)
    guard needed.contains(number) else { continue }
    if channels < rows.channels { makeGrey(row, count: rows.width) }
    narrow.withUnsafeMutableBufferPointer { narrow in
      guard let base = narrow.baseAddress else { return }
      filter.apply(
        row + filter.needed.lowerBound * channels, lanes: channels, stride: channels,
        to: base + (number - needed.lowerBound) * width * channels)
    }
  }
  return narrow
}

/// Luma of ITU-R BT.601 in place of red, green and blue, as Pillow rounds it.
private func makeGrey(_ row: UnsafeMutablePointer<UInt8>, count: Int) {
  for x in 0..<count {
    let (red, green, blue) = (Int32(row[3 * x]), Int32(row[3 * x + 1]), Int32(row[3 * x + 2]))
    row[x] = UInt8(clamping: (red * 19_595 + green * 38_470 + blue * 7_471 + 0x8000) >> 16)
  }
}

/// Scales the rows to the wanted ones and parts the channels: [channel, row, column].
private func shortened(_ narrow: [UInt8], width: Int, channels: Int, _ filter: TriangleFilter) -> [UInt8] {
  let height = filter.count
  let rowBytes = width * channels
  var rows = [UInt8](repeating: 0, count: height * rowBytes)
  narrow.withUnsafeBufferPointer { narrow in
    rows.withUnsafeMutableBufferPointer { rows in
      guard let source = narrow.baseAddress, let target = rows.baseAddress else { return }
      filter.apply(source, lanes: rowBytes, stride: rowBytes, to: target)
    }
  }
  guard channels > 1 else { return rows }
  return [UInt8](unsafeUninitializedCapacity: rows.count) { planes, filled in
    let plane = height * width
    for channel in 0..<channels {
      for pixel in 0..<plane { planes[channel * plane + pixel] = rows[pixel * channels + channel] }
    }
    filled = rows.count
  }
}
