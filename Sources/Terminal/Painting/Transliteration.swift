package import Language

/// Signs that results use, and what stands for them where the locale has only ASCII.
private let asciiSigns: [Unicode.Scalar: String] = [
  "×": "x", "÷": "/", "…": "...", "⋮": ":", "–": "-", "—": "-", "−": "-", "±": "+/-", "≈": "~", "≤": "<=",
  "≥": ">=", "≠": "!=", "→": "->", "←": "<-", "↑": "^", "↓": "v", "·": "*", "•": "*", "µ": "u", "°": " deg",
  "“": "\"", "”": "\"", "‘": "'", "’": "'", "√": "sqrt", "∞": "inf", "∂": "d", "∇": "grad ", "∈": " in ",
  "↔": "<->", "⇒": "=>", "⇐": "<=", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "‖": "||", "≪": "<<",
  "≫": ">>", "∝": " ~ ", "⋅": "*", "∗": "*", "′": "'", "″": "''", "ᵀ": "^T", "½": "1/2", "¼": "1/4", "✓": "+",
  "✗": "x", "\u{A0}": " ", "\u{202F}": " ",
]

/// Characters of lines, bars and plots.
private let asciiDrawing: [Unicode.Scalar: String] = [
  "─": "-", "━": "=", "│": "|", "└": "+", "┌": "+", "┐": "+", "┘": "+", "├": "+", "┤": "+", "┬": "+",
  "┴": "+",
  "┼": "+", "╭": "+", "╮": "+", "╯": "+", "╰": "+", "┃": "|", "═": "=", "║": "|", "╎": ":", "┆": ":",
  "┄": "-",
  "╌": "-", "█": "#", "▉": "#", "▊": "#", "▋": "#", "▌": "#", "▍": "|", "▎": "|", "▏": "|", "▐": "#",
  "▁": "_",
  "▂": ".", "▃": ".", "▄": ":", "▅": ":", "▆": "*", "▇": "#", "▀": "#", "░": ".", "▒": ":", "▓": "#",
  "●": "o",
  "○": "o", "■": "#", "□": "#", "▲": "^", "▼": "v", "△": "^", "▽": "v", "▶": ">", "◀": "<", "◆": "*",
]

/// Greek letters by their names, as formulas are written in ASCII.
private let asciiLetters: [Unicode.Scalar: String] = {
  let names = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi",
    "omicron", "pi", "rho", "", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
  ]
  var letters: [Unicode.Scalar: String] = ["ϵ": "epsilon", "ς": "sigma", "∑": "Sum", "∏": "Prod"]
  for (offset, name) in names.enumerated() where !name.isEmpty {
    if let small = Unicode.Scalar(0x3B1 + UInt32(offset)) { letters[small] = name }
    if let large = Unicode.Scalar(0x391 + UInt32(offset)) { letters[large] = name.capitalizedFirst }
  }
  return letters
}()

/// Digits and signs that stand high or low.
private let asciiHeights: [Unicode.Scalar: String] = [
  "⁰": "^0", "¹": "^1", "²": "^2", "³": "^3", "⁴": "^4", "⁵": "^5", "⁶": "^6", "⁷": "^7", "⁸": "^8",
  "⁹": "^9",
  "⁻": "^-", "₀": "_0", "₁": "_1", "₂": "_2", "₃": "_3", "₄": "_4", "₅": "_5", "₆": "_6", "₇": "_7",
  "₈": "_8",
  "₉": "_9",
]

extension Style {
  /// The text as it is, or with common signs spelled in ASCII; letters of other scripts stay.
  package func spell(_ text: String) -> String {
    if unicode || text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      let sign =
        asciiSigns[scalar] ?? asciiDrawing[scalar] ?? asciiLetters[scalar] ?? asciiHeights[scalar]
      guard let sign else { return result.unicodeScalars.append(scalar) }
      // A power of several digits has one sign for all: 10^-5.
      let continues = sign.hasPrefix("^") && sign.count > 1 && (result.hasSuffix("^-") || endsInPower(result))
      result += continues ? String(sign.dropFirst()) : sign
    }
  }

  /// The diagnostic's words, spelled; what it quotes of a cell stays, since places count its bytes.
  package func spell(_ diagnostic: Diagnostic) -> Diagnostic {
    var spelled = diagnostic
    spelled.message = spell(diagnostic.message)
    spelled.label = diagnostic.label.map(spell)
    spelled.notes = diagnostic.notes.map(spell)
    return spelled
  }
}

/// Whether the text ends in "^" and digits.
private func endsInPower(_ text: String) -> Bool {
  let head = text.reversed().drop { $0.isASCII && $0.isNumber }
  return head.first == "^" && head.count < text.count
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
