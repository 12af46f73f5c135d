package import Language
package import Training

/// Why a run that was planned came to no result.
package struct RunError: Error {
  /// What the training part gave as the cause.
  package var cause: TrainingError
  package var verb: Word
  /// Where a learning rate was written; nil where the default held.
  package var learningRateRange: SourceRange?
  package var learningRate: Double?
}

/// An error of a part that is not told apart further.
package struct UnexpectedError: Error {
  package var text: String
  package var range: SourceRange

  init(_ cause: EngineCause, range: SourceRange) {
    text = (cause.node.map { "layer \($0): " } ?? "") + cause.reason
    self.range = range
  }
}

/// Runs a call into the training part; what it throws is placed at the verb.
func runningTraining<T>(_ verb: Word, _ body: () throws -> T) throws -> T {
  do {
    return try body()
  } catch let cause as TrainingError {
    throw RunError(cause: cause, verb: verb)
  }
}
