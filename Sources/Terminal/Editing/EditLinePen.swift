import Interpreter

/// Collects what is drawn over a line as bytes, and knows where the terminal's cursor stands and its looks.
struct EditLinePen {
  enum Look: Equatable {
    case highlight(HighlightKind)
    case grey

    /// The numbers of the escape sequence that sets it.
    var code: String {
      switch self {
      case .highlight(.command): "1;34"
      case .highlight(.keyword): "34"
      case .highlight(.known): "32"
      case .highlight(.unknown): "4;33"
      case .highlight(.number): "36"
      case .highlight(.string): "35"
      case .highlight(.fault): "1;31"
      case .highlight(.comment), .grey: "90"
      }
    }
  }

  private(set) var bytes: [UInt8] = []
  private let columns: Int
  private var place: EditLineLayout.Place
  private var look: Look?

  /// `place` is where the first character goes; `move` brings the terminal's cursor there.
  init(columns: Int, at place: EditLineLayout.Place) {
    self.columns = columns
    self.place = place
    bytes.reserveCapacity(4096)
  }

  /// Goes to a column, so many rows down, or up where they are negative.
  mutating func move(rows: Int, column: Int) {
    setLook(nil)
    if rows < 0 { append("\u{1B}[\(-rows)A") }
    append(String(repeating: "\n", count: max(0, rows)) + "\r")
    if column > 0 { append("\u{1B}[\(column)C") }
  }

  /// Goes on to a place further down or right, and clears what a shorter text has left behind.
  mutating func advance(to next: EditLineLayout.Place) {
    guard next != place else { return }
    if next.row > place.row { setLook(nil) }
    while place.row < next.row {
      // In a full row, the cursor stands on its last character.
      append(place.column < columns ? "\u{1B}[K\r\n" : "\r\n")
      place = EditLineLayout.Place(row: place.row + 1, column: 0)
    }
    if next.column > place.column { append("\u{1B}[\(next.column - place.column)C") }
    place = next
  }

  mutating func draw(_ scalar: Unicode.Scalar, columns: Int, _ look: Look?) {
    setLook(look)
    for byte in UTF8.encode(scalar) ?? .init() { bytes.append(byte) }
    place.column += columns
  }

  /// Draws text that fits in the row.
  mutating func draw(_ text: String, _ look: Look) {
    guard !text.isEmpty else { return }
    setLook(look)
    append(text)
  }

  /// Clears the screen from here on.
  mutating func clearBelow() {
    setLook(nil)
    append("\u{1B}[J")
  }

  /// Draws a line that fits, with its own looks, on the next row.
  mutating func drawBelow(_ line: String) { append("\r\n" + line) }

  private mutating func setLook(_ next: Look?) {
    guard next != look else { return }
    if look != nil { append("\u{1B}[0m") }
    if let next { append("\u{1B}[\(next.code)m") }
    look = next
  }

  private mutating func append(_ text: String) { bytes += text.utf8 }
}
