import GraphIR
import Language
import Quantization

/// Why a number can't be put on the grid that a statement describes.
enum QuantizerError: Error {
  case numbersMissing(Word)
  case notANumber(Expression)
  /// Beyond what a 32-bit float holds.
  case beyondFloat(SourceRange)
  /// Smaller than the least scale, for which 1/scale loses its meaning.
  case scaleTooSmall(SourceRange)
  case zeroPointOffGrid(SourceRange, Int, QuantizationGrid)
  case zeroPointOnSymmetricGrid(SourceRange)
  /// A range that is not two numbers.
  case rangeIncomplete(Word)
  case rangeReversed(SourceRange, low: Float, high: Float)
  /// A layer has its grid already.
  case gridOfLayer(SourceRange, option: String, layer: String)
}

extension QuantizerError: DiagnosedError {
  var diagnostic: Diagnostic {
    switch self {
    case .numbersMissing(let word):
      complaint(
        "missing-operand", "show quantize needs a number, or several", at: word.range,
        remedy: "try: show quantize 0.37 scale 0.01 zero-point 3 bits 8")
    case .notANumber(let expression):
      complaint(
        "wrong-type", "a number is put on the grid, not \(expression.words)", at: expression.range,
        remedy: "try: show quantize 0.37 scale 0.01")
    case .beyondFloat(let range):
      complaint(
        "out-of-range", "a 32-bit float, in which networks compute, ends at 3.4e38", at: range,
        remedy: "write a smaller number")
    case .scaleTooSmall(let range):
      complaint(
        "out-of-range", "a scale is at least \(leastQuantizationScale), the distance of 1 to the next float",
        at: range, remedy: "write a larger one")
    case .zeroPointOffGrid(let range, let zeroPoint, let grid):
      complaint(
        "out-of-range", "the zero point \(zeroPoint) is not on the grid \(grid.span)", at: range,
        label: "0.0 would have no integer",
        remedy: zeroPoint < 0 && grid.minimum == 0
          ? "choose one from \(grid.minimum) to \(grid.maximum), or write grid signed"
          : "choose one from \(grid.minimum) to \(grid.maximum), or more bits")
    case .zeroPointOnSymmetricGrid(let range):
      complaint(
        "options-disagree", "a symmetric grid lies around 0, so its zero point is 0", at: range,
        remedy: "leave it out, or write grid signed")
    case .rangeIncomplete(let word):
      complaint(
        "missing-operand", "range needs two numbers, its least and its greatest", at: word.range,
        remedy: "try: show fake-quant range -1 2 bits 4")
    case .rangeReversed(let range, let low, let high):
      complaint(
        "out-of-range", "the range has to end above where it begins", at: range,
        remedy: low == high ? "write two different numbers" : "write range \(number(high)) \(number(low))")
    case .gridOfLayer(let range, let option, let layer):
      complaint(
        "pointless-option", "\(layer) has its grid from training, so \(option) says nothing of it", at: range,
        remedy: "leave it out, or try it on a free range: show fake-quant range -1 2 \(option) …")
    }
  }
}
