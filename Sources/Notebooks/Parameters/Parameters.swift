package import Language

/// A notebook's parameters: the defaults of its own cells, and what was asked for instead.
package struct Parameters: Sendable, Equatable {
  package private(set) var values: [String: ParameterValue] = [:]
  /// Names that were given a value from outside.
  package private(set) var overridden: Set<String> = []

  package init() {}

  /// The defaults in a notebook; lines that define nothing are told when their cell has its turn.
  package init(_ notebook: Notebook) {
    for cell in notebook.cells where cell.holdsParameters && !cell.isSkipped {
      for definition in ParameterCell(cell.source).definitions { values[definition.name] = definition.value }
    }
  }

  /// Gives the parameters of a cell their values, also those that had another one.
  mutating func define(_ cell: ParameterCell) {
    for definition in cell.definitions { values[definition.name] = definition.value }
  }

  /// A parameter's value as it is written in a program; nil where there is no such parameter.
  package func literal(of name: String) -> String? { values[name]?.literal }

  /// Gives a parameter another value: a number, a word, a quoted string, or any text where the default is one.
  package mutating func override(_ name: String, with text: String) throws(Diagnostic) {
    guard let standard = values[name] else { throw .unknownParameter(name, known: values.keys.sorted()) }
    overridden.insert(name)
    let literal = ParameterValue(literal: text)
    switch (standard, literal) {
    case (.number, .number(let spelling)?): values[name] = .number(spelling)
    case (.number, _): throw .notANumber(name, text, standard: standard.literal)
    case (.string, .string(let inner)?): values[name] = .string(inner)
    case (.string, _): values[name] = .string(text)
    case (.word, let literal?): values[name] = literal
    case (.word, nil): values[name] = .string(text)
    }
  }

  /// A cell's program with `$name` replaced by its value, inside strings too; `$$` stands for a dollar sign.
  ///
  /// Comments stay as they are.
  package func substitute(in source: String) throws(Diagnostic) -> String {
    guard source.utf8.contains(dollar) else { return source }
    var marked = tokenize(source).filter { $0.kind == .string || $0.kind == .comment }[...]
    let bytes = Array(source.utf8)
    var result: [UInt8] = []
    var offset = 0
    while offset < bytes.count {
      marked = marked.drop { $0.range.upperBound <= offset }
      let kind = marked.first.flatMap { $0.range.lowerBound <= offset ? $0.kind : nil }
      guard bytes[offset] == dollar, kind != .comment else {
        result.append(bytes[offset])
        offset += 1
        continue
      }
      let name = Self.name(in: bytes, from: offset + 1)
      if name.isEmpty {
        let isDouble = bytes[(offset + 1)...].first == dollar
        result.append(dollar)
        offset += isDouble ? 2 : 1
        continue
      }
      let end = offset + 1 + name.utf8.count
      guard let value = values[name] else {
        let range = SourceRange(lowerBound: offset, upperBound: end)
        throw .undefinedParameter(name, range, known: values.keys.sorted())
      }
      result += Array((kind == .string ? value.textInString : value.literal).utf8)
      offset = end
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The parameter's name that starts at a byte; empty where there is none.
  private static func name(in bytes: [UInt8], from start: Int) -> String {
    let name = bytes[start...].prefix { continuesParameterName(Unicode.Scalar($0)) }
    guard let first = name.first, isASCIILetter(Unicode.Scalar(first)) else { return "" }
    return String(decoding: name, as: UTF8.self)
  }
}

private let dollar = UInt8(ascii: "$")
