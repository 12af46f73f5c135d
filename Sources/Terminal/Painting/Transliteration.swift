/// Signs that results use, and what stands for them where the locale has only ASCII.
private let asciiSigns: [Unicode.Scalar: String] = [
  "×": "x", "…": "...", "–": "-", "—": "-", "−": "-", "±": "+/-", "≈": "~", "≤": "<=", "≥": ">=", "≠": "!=",
  "→": "->", "←": "<-", "·": "*", "•": "*", "µ": "u", "μ": "u", "°": " deg", "“": "\"", "”": "\"", "‘": "'",
  "’": "'", "²": "^2", "√": "sqrt", "∞": "inf", "α": "alpha", "β": "beta", "γ": "gamma", "Δ": "delta",
  "σ": "sigma", "\u{A0}": " ", "\u{202F}": " ", "─": "-", "│": "|",
]

extension Style {
  /// The text as it is, or with common signs spelled in ASCII; letters of other scripts stay.
  package func spell(_ text: String) -> String {
    if unicode || text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      if let sign = asciiSigns[scalar] { result += sign } else { result.unicodeScalars.append(scalar) }
    }
  }
}
