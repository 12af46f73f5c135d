extension Lexer {
  private static let signs: Set<Unicode.Scalar> = ["-", "+", "\u{2212}", "\u{2013}"]

  /// True at a digit, also after a sign or a decimal point.
  func startsNumber(at start: Int) -> Bool {
    var index = start
    if index < scalars.count, Self.signs.contains(scalars[index]) { index += 1 }
    if index < scalars.count, scalars[index] == "." { index += 1 }
    return index < scalars.count && Self.isDigit(scalars[index])
  }

  /// Reads everything that hangs together, so that `3x` or `1.2.3` is one mistake and not two tokens.
  mutating func scanNumber() {
    let start = position
    if let sign = peek(), Self.signs.contains(sign) { position += 1 }
    skipNumberParts()
    leaveUnit(from: start)
    let digits = text(from: start)
    let isPercentage = peek() == "%"
    if isPercentage {
      position += 1
      skipNumberParts()
    }
    let range = range(from: start)
    let text = text(from: start)
    let repaired = Self.repaired(digits)
    let isWhole = !isPercentage || text == digits + "%"
    let value = isWhole ? repaired.flatMap(Self.value) : nil
    if let repaired, isWhole, value == nil {
      diagnostics.append(.numberOutOfRange(repaired, range))
    } else if repaired != text.droppingPercent || !isWhole {
      diagnostics.append(.malformedNumber(text, range, repaired: isWhole ? repaired : nil, isPercentage))
    }
    lexemes.append(
      Lexeme(
        kind: isPercentage ? .percentage : .number, range: range, text: repaired ?? "", isFaulty: value == nil
      ))
  }

  /// Units of size, which may follow a number without a space: `60kB`.
  private static let units = ["kB", "MB", "GB", "KiB", "MiB", "GiB"].map {
    Array($0.lowercased().unicodeScalars)
  }

  /// Goes back to where a unit begins, which is a word of its own.
  private mutating func leaveUnit(from start: Int) {
    let letters = scalars[start..<position].map { $0.properties.lowercaseMapping.unicodeScalars.first ?? $0 }
    for unit in Self.units where letters.count > unit.count && letters.suffix(unit.count) == unit[...] {
      guard Self.isNumber(Array(letters.dropLast(unit.count))) else { continue }
      position -= unit.count
      return
    }
  }

  private mutating func skipNumberParts() {
    while let scalar = peek() {
      switch scalar {
      case ".": break
      case "-", "+":
        let isExponent = position > 0 && (scalars[position - 1] == "e" || scalars[position - 1] == "E")
        guard let next = peek(1), isExponent ? Self.isDigit(next) : scalar == "-" && Self.isNamePart(next)
        else { return }
      default: guard Self.isNamePart(scalar) else { return }
      }
      position += 1
    }
  }

  /// The number that was meant, in the form of the language, or nil where that can't be told.
  private static func repaired(_ text: String) -> String? {
    var scalars = Array(text.unicodeScalars)
    var isNegative = false
    if let first = scalars.first, signs.contains(first) {
      isNegative = first != "+"
      scalars.removeFirst()
    }
    scalars.removeAll { $0 == "_" }
    if scalars.first == "." { scalars.insert("0", at: 0) }
    if scalars.last == "." { scalars.removeLast() }
    return isNumber(scalars) ? (isNegative ? "-" : "") + Self.text(scalars) : nil
  }

  /// True for digits, which a fraction and an exponent may follow.
  private static func isNumber(_ scalars: [Unicode.Scalar]) -> Bool {
    var rest = scalars[...]
    func skipDigits() -> Bool {
      let count = rest.prefix { isDigit($0) }.count
      rest = rest.dropFirst(count)
      return count > 0
    }
    guard skipDigits() else { return false }
    if rest.first == "." {
      rest = rest.dropFirst()
      guard skipDigits() else { return false }
    }
    if rest.first == "e" || rest.first == "E" {
      rest = rest.dropFirst()
      if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
      guard skipDigits() else { return false }
    }
    return rest.isEmpty
  }

  /// The value, or nil where a double can't hold it: infinite, or zero though a digit is not.
  private static func value(_ text: String) -> Double? {
    guard let value = Double(text), value.isFinite else { return nil }
    let mantissa = text.prefix { $0 != "e" && $0 != "E" }
    return value == 0 && mantissa.contains { ("1"..."9").contains($0) } ? nil : value
  }
}

extension String {
  fileprivate var droppingPercent: String { hasSuffix("%") ? String(dropLast()) : self }
}
