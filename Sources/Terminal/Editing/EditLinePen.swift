import Interpreter

/// Collects what is drawn as bytes, and knows where the terminal's cursor stands and its looks.
struct EditLinePen {
  enum Look: Equatable {
    case prompt, grey
    case highlight(HighlightKind)

    /// The numbers of the escape sequence that sets it.
    var code: String {
      switch self {
      case .prompt: "1;36"
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
  private let hasLooks: Bool
  private var place = EditLineLayout.Place()
  private var look: Look?

  /// A pen where the last drawing left the terminal's cursor; without `hasLooks` it leaves them out.
  init(columns: Int, hasLooks: Bool) {
    self.columns = columns
    self.hasLooks = hasLooks
    bytes.reserveCapacity(4096)
  }

  /// The row of the line that the cursor is in.
  var row: Int { place.row }

  /// Goes to the start of a row so many rows down, or up where they are negative.
  mutating func move(rows: Int) {
    setLook(nil)
    append("\r" + (rows < 0 ? "\u{1B}[\(-rows)A" : String(repeating: "\n", count: rows)))
  }

  mutating func move(toColumn column: Int) {
    if column > 0 { append("\u{1B}[\(column)C") }
  }

  /// Takes the row that the cursor is in for this row of the line, at its start.
  mutating func start(at row: Int) { place = EditLineLayout.Place(row: row, column: 0) }

  /// Goes on to a place further down, and clears what a shorter text has left behind.
  mutating func advance(to next: EditLineLayout.Place) {
    guard next.row > place.row else { return }
    setLook(nil)
    while place.row < next.row {
      // In a full row, the cursor stands on its last character.
      append(place.column < columns ? "\u{1B}[K\r\n" : "\r\n")
      place = EditLineLayout.Place(row: place.row + 1, column: 0)
    }
  }

  mutating func draw(_ character: Character, columns: Int, _ look: Look?) {
    setLook(look)
    bytes.append(contentsOf: character.utf8)
    place.column += columns
  }

  /// Draws text that fits in the row.
  mutating func draw(_ text: String, _ look: Look?) {
    guard !text.isEmpty else { return }
    setLook(look)
    append(text)
  }

  /// Clears the screen from here on; in a full row there is nothing to clear but what stands below.
  mutating func clearBelow() {
    setLook(nil)
    if place.column < columns { append("\u{1B}[J") }
  }

  /// Draws a line that fits, with its own looks, on the next row.
  mutating func drawBelow(_ line: String) { append("\r\n" + line) }

  private mutating func setLook(_ next: Look?) {
    guard hasLooks, next != look else { return }
    if look != nil { append("\u{1B}[0m") }
    if let next { append("\u{1B}[\(next.code)m") }
    look = next
  }

  private mutating func append(_ text: String) { bytes += text.utf8 }
}
