package import Distillation
package import Language

/// Why a statement's words don't fit its command; the words of the diagnostic are in `Diagnostics`.
package enum BindingError: Error {
  case unknownVerb(Word)
  case unexpectedTarget(Word, command: Command)
  case missingOperand(Operand, verb: Word, command: Command)
  /// A word that is neither an operand nor an option.
  case unexpected(Expression, command: Command)
  case missingValue(keyword: Word, kind: ValueKind)
  case wrongKind(Expression, place: Place, kind: ValueKind)
  case outOfRange(Expression, place: Place, kind: ValueKind)
  case unknownChoice(Word, place: Place, choices: [Choice])
  case call(CallError)
}

/// Why a call such as `kd(…)` or a layer `conv(…)` can't be understood.
package enum CallError: Error {
  /// What kinds of call there are: "layer", "clause", "loss".
  case unknown(Word, noun: String, known: [Choice])
  case unknownLabel(Word, call: String, known: [String])
  case repeated(SourceRange, label: String, call: String)
  case tooMany(SourceRange, call: String, labels: [String])
  case missing(call: Call, what: String, example: String)
  /// `example` is a value that fits; nil leaves it to the kind.
  case wrongKind(Expression, label: String, call: String, kind: ValueKind, example: String? = nil)
  case outOfRange(Expression, label: String, call: String, kind: ValueKind, example: String? = nil)
  case loss(LossError, SourceRange)
  /// A constant weight is given a share of the steps to grow over.
  case constantWithWarmUp(SourceRange)
  /// `layers` holds something that names no layer.
  case notLayers(Expression)
  /// Layers are named for a loss that compares logits.
  case layersOfLogits(SourceRange, loss: String)
  /// The shares of all terms leave nothing, or less, for the task.
  case weightsExceedOne(SourceRange, sum: Double)
}
