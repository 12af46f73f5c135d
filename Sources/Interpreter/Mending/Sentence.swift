import Language

/// A statement as words that can be moved about: what is given a name, and the rest.
struct Sentence: Hashable {
  struct Piece: Hashable {
    var kind: TokenKind
    var text: String
    /// True where it follows the piece before it without a space.
    var isGlued = false

    static func word(_ text: String) -> Piece { Piece(kind: .word, text: text) }
  }

  /// The name before `=`.
  var target: Piece?
  var words: [Piece]

  init(target: Piece? = nil, words: [Piece]) {
    self.target = target
    self.words = words
  }

  /// Takes a statement's text apart; nil where nothing stands in it.
  init?(_ text: String) {
    let file = SourceFile(text)
    var pieces: [Piece] = []
    var end = -1
    for token in tokenize(text) {
      switch token.kind {
      case .comment, .newline, .continuation: continue
      default:
        pieces.append(
          Piece(
            kind: token.kind, text: String(file.text(of: token.range)), isGlued: token.range.lowerBound == end
          ))
        end = token.range.upperBound
      }
    }
    guard let first = pieces.first else { return nil }
    let sign = pieces.dropFirst().prefix { $0.kind == .equals || $0.kind == .colon }
    if first.kind == .word, sign.contains(where: { $0.kind == .equals }), pieces.count > 1 + sign.count {
      self.init(target: first, words: Array(pieces.dropFirst(1 + sign.count)))
    } else {
      self.init(words: pieces)
    }
  }

  /// The statement as it is written, with one space between words.
  var text: String {
    var text = target.map { $0.text + " = " } ?? ""
    var previous: Piece?
    for word in words {
      if let previous, !Self.joins(previous, word) { text += " " }
      text += word.text
      previous = word
    }
    return text
  }

  private static func joins(_ left: Piece, _ right: Piece) -> Bool {
    switch (left.kind, right.kind) {
    case (_, .comma), (_, .colon), (_, .rightParenthesis), (_, .rightBracket): true
    case (.leftParenthesis, _), (.leftBracket, _): true
    case (.word, .leftParenthesis): right.isGlued
    default: false
    }
  }

  /// The first word, where it is one.
  var verb: String? { words.first.flatMap { $0.kind == .word ? $0.text : nil } }

  var command: Command? { verb.flatMap(Command.named) }

  /// The same with another verb.
  func with(verb: String) -> Sentence {
    Sentence(target: target, words: [.word(verb)] + words.dropFirst())
  }

  /// The index after the bracket that closes the one at an index; nil where none does.
  func end(ofBracketAt start: Int) -> Int? {
    var depth = 0
    for index in words.indices.dropFirst(start) {
      switch words[index].kind {
      case .leftParenthesis, .leftBracket: depth += 1
      case .rightParenthesis, .rightBracket:
        depth -= 1
        if depth == 0 { return index + 1 }
      default: break
      }
    }
    return nil
  }

  /// The arguments between the brackets from `start` to before `end`, each as the words of a command: `epochs=3` as
  /// `epochs 3`.
  func arguments(from start: Int, to end: Int) -> [[Piece]] {
    var arguments: [[Piece]] = []
    var current: [Piece] = []
    var depth = 0
    for word in words[(start + 1)..<max(start + 1, end - 1)] {
      switch word.kind {
      case .leftParenthesis, .leftBracket: depth += 1
      case .rightParenthesis, .rightBracket: depth -= 1
      case .comma where depth == 0:
        arguments.append(current)
        current = []
        continue
      case .equals where depth == 0, .colon where depth == 0: continue
      default: break
      }
      current.append(word)
    }
    return (arguments + [current]).filter { !$0.isEmpty }
  }

  /// True for the words up to an index being all at depth 0.
  func isOutside(_ index: Int) -> Bool {
    words[..<index].reduce(0) { depth, word in
      switch word.kind {
      case .leftParenthesis, .leftBracket: depth + 1
      case .rightParenthesis, .rightBracket: depth - 1
      default: depth
      }
    } == 0
  }
}
