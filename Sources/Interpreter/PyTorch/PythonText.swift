import Text

/// Names that models have in a Python program.
struct PythonNames {
  private var names: [String: String] = [:]
  private var taken: Set<String>

  /// `reserved` are names that the program has for itself.
  init(reserved: Set<String>) { taken = Self.keywords.union(reserved) }

  /// The variable of a model, or of what else has this key, the same each time; it is called like `written`.
  mutating func variable(_ model: String, as written: String? = nil) -> String {
    if let known = names[model] { return known }
    var base = String((written ?? model).map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    if base.first.map({ $0.isNumber || $0 == "_" }) ?? true { base = "model_" + base }
    var name = base
    var number = 2
    while taken.contains(name) {
      name = "\(base)_\(number)"
      number += 1
    }
    taken.insert(name)
    names[model] = name
    return name
  }

  private static let keywords: Set<String> = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "match", "case",
    "type", "print", "len", "min", "max", "range", "zip", "list", "set", "dict", "int", "float", "bool",
  ]
}

/// A number as Python writes it, to all its digits.
func python(_ value: Double) -> String {
  value.isFinite ? "\(value)" : value.isNaN ? "float(\"nan\")" : "float(\"\(value > 0 ? "" : "-")inf\")"
}

func python(_ value: Bool) -> String { value ? "True" : "False" }

/// A text as a literal of Python, in ASCII.
func python(_ text: String) -> String {
  var literal = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": literal += "\\\""
    case "\\": literal += "\\\\"
    case "\n": literal += "\\n"
    default:
      if scalar.isASCII, scalar.value >= 0x20, scalar.value != 0x7F {
        literal.unicodeScalars.append(scalar)
      } else {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        literal += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
      }
    }
  }
  return literal + "\""
}

/// A text as comment lines; what a line can't hold becomes a space.
func pythonComment(_ text: String, indent: Int = 0) -> [String] {
  let space = String(repeating: " ", count: indent)
  let clean = String(text.map { $0.isNewline ? " " : $0 })
  return wrappedWords(clean, to: 96 - indent).map { space + "# " + $0 }
}

private func wrappedWords(_ text: String, to width: Int) -> [String] {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, last.count + 1 + word.count <= width {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines
}
