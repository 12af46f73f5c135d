import CEditLine
import Glibc

/// How a terminal shows pixels.
package enum PixelGraphics: Hashable, Sendable {
  /// Two pixels a character, in the colours of text.
  case blocks
  /// The graphics protocol of kitty: 32-bit pixels in Base64.
  case kitty
  /// DEC's sixels: up to 256 colours, six rows a line; the size of a character cell in pixels.
  case sixel(cellWidth: Int, cellHeight: Int)

  /// The variable by which a user decides: kitty, sixel or blocks.
  package static let variable = "QATLAB_IMAGES"

  /// A cell where the terminal doesn't say how large its characters are.
  private static let usualCell = (width: 10, height: 20)

  /// What the terminal on standard output has: by its name, else by what it answers.
  ///
  /// Asked once at the first sheet of images, since an answer takes as long as the way to the terminal and back.
  /// xterm's control sequences name both questions: the primary device attributes, in whose answer a 4 stands for
  /// sixels, and 16t for the size of a cell.
  package static func found(
    environment: (String) -> String?, ask: (_ question: String, _ end: Character) -> String = ask
  ) -> PixelGraphics {
    switch environment(variable) {
    case "blocks": return .blocks
    case "kitty": return .kitty
    case "sixel": return sixel(answer: "")
    default: break
    }
    // A multiplexer shows what its own answer says, whatever terminal it runs in.
    let isMultiplexed = !(environment("TMUX") ?? "").isEmpty || !(environment("STY") ?? "").isEmpty
    let names = [environment("TERM"), environment("TERM_PROGRAM")].compactMap { $0?.lowercased() }
    if !isMultiplexed, names.contains(where: { $0.contains("kitty") || $0.contains("ghostty") }) {
      return .kitty
    }
    let answer = ask("\u{1B}[16t\u{1B}[c", "c")
    return attributes(answer).contains(4) ? sixel(answer: answer) : .blocks
  }

  /// "ESC [ ? 62 ; 4 ; 22 c": the first number is the terminal's kind, the others what it can do.
  private static func attributes(_ answer: String) -> [Int] {
    guard let start = answer.firstRange(of: "\u{1B}[?")?.upperBound, answer.hasSuffix("c") else { return [] }
    return answer[start...].dropLast().split(separator: ";").dropFirst().compactMap { Int($0) }
  }

  /// With the cell's size as the terminal tells it: "ESC [ 6 ; height ; width t".
  private static func sixel(answer: String) -> PixelGraphics {
    if let start = answer.firstRange(of: "\u{1B}[6;")?.upperBound,
      let end = answer[start...].firstIndex(of: "t")
    {
      let numbers = answer[start..<end].split(separator: ";").compactMap { Int($0) }
      if numbers.count == 2, numbers.allSatisfy((1...200).contains) {
        return .sixel(cellWidth: numbers[1], cellHeight: numbers[0])
      }
    }
    var (width, height): (Int32, Int32) = (0, 0)
    if cel_cell_size(STDOUT_FILENO, &width, &height) == 1, width <= 200, height <= 200 {
      return .sixel(cellWidth: Int(width), cellHeight: Int(height))
    }
    return .sixel(cellWidth: usualCell.width, cellHeight: usualCell.height)
  }

  /// Width and height of a character in pixels, in which images are laid out.
  var cell: (width: Int, height: Int) {
    switch self {
    case .blocks: (1, 2)
    case .kitty: Self.usualCell
    case .sixel(let width, let height): (width, height)
    }
  }

  package static func ask(_ question: String, _ end: Character) -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    let count = cel_terminal_ask(
      question, CChar(bitPattern: end.asciiValue ?? 0), 300, &bytes, bytes.count)
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
