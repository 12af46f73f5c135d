import GraphIR
import Language

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
