/// Cuts program text into lexemes; what can't be read is reported and marked, and the rest is read on.
struct Lexer {
  let scalars: [Unicode.Scalar]
  /// The UTF-8 offset of each scalar, and of the end.
  let offsets: [Int]
  var position = 0
  var lexemes: [Lexeme] = []
  var diagnostics: [Diagnostic] = []
  /// True where the text ends after a backslash in a string, perhaps with the end of its line, so that a
  /// further line could close it.
  var endsInOpenString = false
  /// Scalars that were looked at: those of the text, and those ahead of the place that was read.
  var steps = 0
  /// No `/` follows before here, up to the end of what could be a path.
  var pathlessEnd = 0

  /// Brackets that are open, as far as that can be told from left to right.
  private var depth = 0
  /// True where the text was copied from a prompt, so that lines without one are what the program answered.
  private var isTranscript = false

  /// Reads the whole text.
  init(_ source: String) {
    scalars = Array(source.unicodeScalars)
    var offset = 0
    offsets =
      scalars.map { scalar in
        defer { offset += UTF8.width(scalar) }
        return offset
      } + [source.utf8.count]
    if scalars.first == "\u{FEFF}" { position = 1 }
    beginLine()
    while let scalar = peek() { scan(scalar) }
    steps += scalars.count
  }

  /// Passes over a prompt that was copied with the line, and over a line that no command stands on.
  private mutating func beginLine() {
    let goesOn =
      depth > 0
      || lexemes.suffix(8).last { $0.kind != .newline && $0.kind != .comment }?.kind.continuesLine == true
      || lexemes.dropLast().last?.kind == .continuation
    switch pastedPrompt(goesOn: goesOn, isTranscript: isTranscript) {
    case .prompt(let end, let isOwn):
      if isOwn { isTranscript = true }
      position = end
    case .answer: scanComment()
    case nil: scanMagic()
    }
  }

  private mutating func scan(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\n", "\r": scanLineEnd()
    case "#": scanComment()
    case "\"": scanString()
    case "\\": scanBackslash()
    case _ where Self.isBlank(scalar): position += 1
    case "?" where endsQuestion: position += 1
    default:
      if let kind = Self.punctuation[scalar] {
        position += 1
        append(kind, from: position - 1)
        depth = max(0, depth + (kind.closing != nil ? 1 : kind.isClosing ? -1 : 0))
      } else if startsNumber(at: position) {
        scanNumber()
      } else if Self.isLetter(scalar) || scalar == "_" || scalar == "*" {
        scanWord()
      } else {
        scanForeign(scalar)
      }
    }
  }

  /// Words that open a question, which may end in a question mark.
  private static let questionWords: Set<String> = ["why"]

  /// True at the last sign of a line that begins with such a word.
  private var endsQuestion: Bool {
    let line = lexemes[(lexemes.lastIndex { $0.kind == .newline }.map { $0 + 1 } ?? 0)...]
    guard let first = line.first, first.kind == .word, Self.questionWords.contains(first.text) else {
      return false
    }
    let rest = scalars[(position + 1)...].drop(while: Self.isBlank)
    return rest.first.map { Self.isLineEnd($0) || $0 == "#" } ?? true
  }

  private mutating func scanLineEnd() {
    let start = position
    position += peek() == "\r" && peek(1) == "\n" ? 2 : 1
    append(.newline, from: start)
    beginLine()
  }

  mutating func scanComment() {
    let start = position
    while let scalar = peek(), !Self.isLineEnd(scalar) { position += 1 }
    append(.comment, from: start)
  }

  private mutating func scanBackslash() {
    let start = position
    position += 1
    var next = position
    while next < scalars.count, Self.isBlank(scalars[next]) { next += 1 }
    if next == scalars.count || Self.isLineEnd(scalars[next]) {
      append(.continuation, from: start)
    } else {
      append(.invalid, from: start)
      diagnostics.append(.strayBackslash(range(from: start)))
    }
  }

  private mutating func scanWord() {
    let start = position
    while let scalar = peek(), isWordPart(scalar) { position += 1 }
    let range = range(from: start)
    let text = text(from: start)
    let isPattern = scalars[start..<position].contains("*")
    lexemes.append(Lexeme(kind: isPattern ? .pattern : .word, range: range, text: text))
    if scalars[start] == "_" { diagnostics.append(.nameWithoutLetter(text, range)) }
  }

  /// A dot belongs to a word only between two of its parts, `@` before a number, and `->` is never part of one.
  private func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "_", "*": true
    case "-": peek(1) != ">"
    case "@": peek(1).map(Self.isDigit) ?? false
    case ".": peek(1).map { Self.isNamePart($0) || $0 == "*" } ?? false
    default: Self.isNamePart(scalar)
    }
  }
}

extension Lexer {
  static let punctuation: [Unicode.Scalar: TokenKind] = [
    "=": .equals, ",": .comma, ":": .colon, ">": .greater, "(": .leftParenthesis, ")": .rightParenthesis,
    "[": .leftBracket, "]": .rightBracket,
  ]

  func peek(_ distance: Int = 0) -> Unicode.Scalar? {
    position + distance < scalars.count ? scalars[position + distance] : nil
  }

  func range(from start: Int) -> SourceRange {
    SourceRange(lowerBound: offsets[start], upperBound: offsets[position])
  }

  func text(from start: Int) -> String {
    Self.text(scalars[start..<position])
  }

  static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  mutating func append(_ kind: TokenKind, from start: Int) {
    lexemes.append(Lexeme(kind: kind, range: range(from: start), isFaulty: kind == .invalid))
  }

  static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }

  /// White space inside a line, also the no-break spaces that text copied from a web page carries.
  static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "\t", "\u{0B}", "\u{0C}": true
    default: !scalar.isASCII && scalar.properties.generalCategory == .spaceSeparator
    }
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z": true
    default: !scalar.isASCII && scalar.properties.generalCategory.isLetter
    }
  }

  /// A letter, a digit, an underscore, or a mark on the letter before.
  static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    if isLetter(scalar) || isDigit(scalar) || scalar == "_" { return true }
    return !scalar.isASCII && scalar.properties.generalCategory.isMark
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isLetter: Bool {
    switch self {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  fileprivate var isMark: Bool {
    switch self {
    case .nonspacingMark, .spacingMark: true
    default: false
    }
  }
}
