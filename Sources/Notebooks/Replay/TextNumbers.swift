/// A text that is shown, as the words and the numbers in it: "int8 conv, scale 0.0234, zero 36".
struct TextNumbers: Equatable {
  struct Number: Equatable {
    var value: Double
    /// What one in its last digit stands for.
    var step: Double
    /// It is spelled without a point and without a power of ten.
    var isWhole: Bool
    /// The word before it, "scale"; empty where there is none.
    var lead: String
  }

  /// What stands before, between and behind the numbers.
  private(set) var words: [String] = [""]
  private(set) var numbers: [Number] = []

  /// Digits that belong to a word ("conv1", "layer1.0") are no numbers.
  init(_ text: String) {
    var rest = Substring(text)
    var before: Character?
    while let character = rest.first {
      if !Self.isPartOfWord(before), let spelling = Spelling(at: rest) {
        numbers.append(spelling.number(lead: Self.lastWord(words.last ?? "")))
        words.append("")
        before = "0"
        rest = rest.dropFirst(spelling.length)
      } else {
        words[words.count - 1].append(character)
        before = character
        rest.removeFirst()
      }
    }
  }

  private static func isPartOfWord(_ character: Character?) -> Bool {
    guard let character else { return false }
    return character.isLetter || character.isNumber || character == "_" || character == "."
  }

  /// Letters at the end of a text, where spaces alone follow.
  private static func lastWord(_ text: String) -> String {
    String(text.reversed().drop { $0 == " " }.prefix { $0.isLetter }.reversed())
  }
}

/// How a number is spelled at the beginning of a text.
private struct Spelling {
  private var digits = ""
  private var decimals = 0
  private var exponent = 0
  private(set) var length = 0
  private var isWhole = true
  private let value: Double

  /// Nil where no number stands there, or one that goes on as a word.
  init?(at text: Substring) {
    var rest = text
    if let sign = rest.first, sign == "-" || sign == "−" {
      digits = "-"
      rest.removeFirst()
    }
    guard rest.first.map(Self.isDigit) ?? false else { return nil }
    while let character = rest.first {
      if character == ",", rest.dropFirst().prefix(3).count(where: Self.isDigit) == 3 {
        rest.removeFirst()
        continue
      }
      guard Self.isDigit(character) else { break }
      digits.append(character)
      rest.removeFirst()
    }
    if rest.first == ".", rest.dropFirst().first.map(Self.isDigit) ?? false {
      isWhole = false
      rest.removeFirst()
      let fraction = rest.prefix(while: Self.isDigit)
      decimals = fraction.count
      digits += "." + fraction
      rest = rest.dropFirst(decimals)
    }
    if rest.first == "e", let power = Self.power(rest.dropFirst()) {
      isWhole = false
      exponent = power.value
      digits += "e\(power.value)"
      rest = rest.dropFirst(1 + power.length)
    }
    if let next = rest.first, next.isASCII && next.isLetter || next == "_" { return nil }
    guard let value = Double(digits), value.isFinite else { return nil }
    self.value = value
    length = text.count - rest.count
  }

  func number(lead: String) -> TextNumbers.Number {
    TextNumbers.Number(
      value: value, step: Double("1e\(exponent - decimals)") ?? 0, isWhole: isWhole, lead: lead)
  }

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

  /// "-05".
  private static func power(_ text: Substring) -> (value: Int, length: Int)? {
    let sign = text.first.map { $0 == "-" || $0 == "+" } ?? false ? 1 : 0
    let digits = text.dropFirst(sign).prefix(while: isDigit)
    guard digits.count <= 3, let value = Int(digits) else { return nil }
    return (text.first == "-" ? -value : value, sign + digits.count)
  }
}
