import GraphIR
import Quantization

/// Up to five neighbouring points of a grid as a number line, with an arrow where a value falls.
///
/// Four lines: the arrow, the integers, the line and the real numbers. Where the line goes on, so does the grid.
struct GridPicture {
  private let parameters: QuantizationParameters
  private let codes: ClosedRange<Int>
  private let spacing: Int

  /// Columns before the first point.
  private static let margin = 4

  init(_ parameters: QuantizationParameters, around value: Float) {
    self.parameters = parameters
    let grid = parameters.grid
    let count = min(5, grid.levels)
    let first = min(max(Int(parameters.code(of: value)) - 2, grid.minimum), grid.maximum - count + 1)
    codes = first...(first + count - 1)
    let labels = codes.map { number(parameters.value(of: Int32($0))).count }
    spacing = max(labels.max() ?? 0, 5) + 2
  }

  func lines(_ value: Float) -> [String] {
    let integers = codes.map { (column($0), "\($0)") }
    let reals = codes.map { (column($0), number(parameters.value(of: Int32($0)))) }
    return [arrow(value), centred(integers), line, centred(reals)]
  }

  private func column(_ code: Int) -> Int { Self.margin + (code - codes.lowerBound) * spacing }

  private var line: String {
    let last = column(codes.upperBound)
    var signs = Array(repeating: Character(" "), count: last + Self.margin + 1)
    let start = codes.lowerBound == parameters.grid.minimum ? Self.margin : 0
    let end = codes.upperBound == parameters.grid.maximum ? last : signs.count - 1
    for place in start...end { signs[place] = "─" }
    for code in codes { signs[column(code)] = "┼" }
    if start > 0 { signs[start] = "├" }
    if end == last { signs[last] = "┤" }
    return text(signs)
  }

  /// An arrow down at the value's place, or outwards at the end of the grid that it lies beyond.
  private func arrow(_ value: Float) -> String {
    let words = number(value)
    let (first, last) = (column(codes.lowerBound), column(codes.upperBound))
    if !parameters.passesGradient(at: value) {
      let isLow = parameters.code(of: value) == Int32(parameters.grid.minimum)
      let place = isLow ? max(first - 3, 0) : last + 3
      return String(repeating: " ", count: isLow ? place : max(place - words.count - 1, 0))
        + (isLow ? "← " + words : words + " →")
    }
    let position = Float(parameters.zeroPoint) + parameters.steps(to: value) - Float(codes.lowerBound)
    let place = Self.margin + Int(clamping: (position * Float(spacing)).rounded())
    return String(repeating: " ", count: max(place, 0)) + "↓ " + words
  }

  private func centred(_ labels: [(column: Int, text: String)]) -> String {
    var signs: [Character] = []
    for (column, text) in labels {
      let start = max(column - text.count / 2, 0)
      signs += Array(repeating: " ", count: max(start - signs.count, 0))
      signs += Array(text)
    }
    return text(signs)
  }

  private func text(_ signs: [Character]) -> String {
    var signs = signs
    while signs.last == " " { signs.removeLast() }
    return String(signs)
  }
}
