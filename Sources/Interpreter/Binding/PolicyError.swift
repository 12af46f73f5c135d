package import Language

/// Why options can't decide the grids of a network.
package enum PolicyError: Error {
  /// A name that no layer with weights has, or a pattern that fits none.
  case unknownLayer(Word, known: [String], network: String)
  case widthWithoutLayer(Expression)
  case notALayer(Expression)
  case notAFormat(Expression, layer: String)
  /// The same name or pattern under `keep` and under `bits`.
  case keptAndQuantized(Word)
  case bothGranularities(SourceRange)
  /// Activation grids with and without a zero point.
  case bothSymmetries(SourceRange)
  /// The backend's activation grids have no zero point.
  case noZeroPoint(SourceRange, backend: String)
  /// The scheme trains ranges whose zero point stays at 0.
  case zeroPointFixed(SourceRange, scheme: String)
  case noNarrowKernels(SourceRange, backend: String, bits: Int, layer: String)
  case nothingQuantized(SourceRange)
  /// An option that settles widths beside a ladder, which does too.
  case ladderAndWidth(SourceRange, option: String)
  case ladderTooShort(SourceRange, width: Int?)
  case ladderNotFalling(SourceRange, width: Int, before: Int)
  case ladderWithLayer(Word)
  /// `epochs` is the least number that gives each rung a step.
  case ladderLongerThanRun(SourceRange, rungs: Int, steps: Int, epochs: Int)
}
