/// The usual spread of each kind of values in a notebook: the median over the values of the kind.
///
/// A few seeds may agree on a value by luck; then it has the spread that its kind has.
package struct KindSpreads: Sendable {
  /// Of absolute kinds the deviation itself, of others its share of the value.
  private var medians: [String: Double] = [:]

  package init() {}

  package init(_ notebook: Notebook) {
    var found: [String: [Double]] = [:]
    for cell in notebook.cells where cell.kind == .code {
      guard let spread = cell.spread, let results = CellResults(saved: cell) else { continue }
      for (name, value) in NamedValues(results.condensed).ordered {
        for number in numbers(in: value, named: name) where number.name.group == nil {
          let deviation = spread.deviation(number.spreadName)
          if number.name.isAbsolute {
            found[number.kind, default: []].append(deviation)
          } else if number.value != 0 {
            found[number.kind, default: []].append(deviation / abs(number.value))
          }
        }
      }
    }
    medians = found.mapValues { values in values.sorted()[values.count / 2] }
  }

  /// What is usual for a value of a kind.
  func deviation(_ kind: String, of value: Double, isAbsolute: Bool) -> Double {
    (medians[kind] ?? 0) * (isAbsolute ? 1 : abs(value))
  }

  /// A number that has a spread: a value itself, or one inside a text.
  private struct Found {
    var name: ValueName
    var spreadName: String
    var kind: String
    var value: Double
  }

  private func numbers(in value: TypedValue, named name: String) -> [Found] {
    let parsed = ValueName(name)
    switch value {
    case .number(let number?):
      return [Found(name: parsed, spreadName: name, kind: parsed.kind, value: number)]
    case .number(nil): return []
    case .text(let text):
      return TextNumbers(text).numbers.enumerated().map { index, number in
        Found(
          name: parsed, spreadName: ValueName.number(index, in: name), kind: number.kind(in: parsed),
          value: number.value)
      }
    }
  }
}

extension TextNumbers.Number {
  /// Numbers in the texts of one column are of a kind where the same word stands before them.
  func kind(in name: ValueName) -> String { "\(name.kind) \(lead) #" }
}
