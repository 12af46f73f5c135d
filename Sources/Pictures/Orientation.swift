/// How the stored rows of a picture lie to what is seen, as EXIF tells it (JEITA CP-3451, tag 0x0112).
struct Orientation: Hashable, Sendable {
  /// Rows are seen as columns.
  var isTurned: Bool
  /// A stored row runs against the direction in which it is seen.
  var mirrorsRows: Bool
  /// The stored rows follow one another against the direction in which they are seen.
  var mirrorsColumns: Bool

  /// Rows from top to bottom, each from left to right.
  static let upright = Orientation(1)

  /// Of the tag's value; all but 2 to 8 mean upright.
  init(_ value: Int) {
    isTurned = (5...8).contains(value)
    mirrorsRows = [2, 3, 7, 8].contains(value)
    mirrorsColumns = [3, 4, 6, 7].contains(value)
  }

  /// Reads the tag of a block of EXIF, from its byte order mark on; upright where there is none.
  ///
  /// Nothing in the block is followed but the place of its first directory, which is held against the block's length.
  init(exif: UnsafeRawBufferPointer) {
    self = Orientation(Orientation.value(exif) ?? 1)
  }

  private static func value(_ exif: UnsafeRawBufferPointer) -> Int? {
    guard exif.count >= 8 else { return nil }
    let isLittle: Bool
    switch (exif[0], exif[1]) {
    case (0x49, 0x49): isLittle = true
    case (0x4d, 0x4d): isLittle = false
    default: return nil
    }
    func number(_ place: Int, _ count: Int) -> Int? {
      guard place >= 0, place <= exif.count - count else { return nil }
      let bytes = exif[place..<place + count]
      return (isLittle ? bytes.reversed() : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard number(2, 2) == 42, let directory = number(4, 4), let entries = number(directory, 2) else {
      return nil
    }
    for entry in 0..<entries {
      let place = directory + 2 + 12 * entry
      guard let tag = number(place, 2) else { return nil }
      // A short number lies at the beginning of the four bytes of its entry.
      if tag == 0x0112, number(place + 2, 2) == 3 { return number(place + 8, 2) }
    }
    return nil
  }
}
