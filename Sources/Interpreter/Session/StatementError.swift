package import Execution
package import Language

/// Why the words of a statement, each right by itself, don't go together or name nothing.
package enum StatementError: Error {
  /// The result is named before `=` and after the verb.
  case nameTwice(Word, target: Word)
  case nameMissing(Word, example: String)
  case replacesTeacher(Word)
  /// A distillation without a teacher.
  case teacherMissing(Word, network: String)
  /// The result would have the name of the model it is made from; `example` names it otherwise.
  case replacesSource(Word, example: String)
  /// An option that another one needs was written without that.
  case pointless(SourceRange, option: String, without: String)
  case nothingToReestimate(SourceRange, model: String)
  /// A dot leads into a model, so a model's own name has none.
  case dottedName(Word)
  case longName(Word)
  /// The word is part of the language where a name would stand; `use` shows it there: "train … epochs".
  case reservedName(Word, use: String)
  case nameOfArchitecture(Word)
  case unknownTopic(Word, command: String, topics: [String])
  case topicNeeds(Word, what: String, example: String)
  case surplusTopic(Word, topic: String)
  /// A model is named where one of its layers is wanted.
  case layerMissing(Word, layers: [String])
  case unknownRun(Word, count: Int)
  case settingMissing(Word, settings: [String])
  /// The processor lacks what the precision needs; the word asks for it.
  case precisionUnsupported(Word, TrainingPrecision)
  case undoNotAlone(Word)
  /// A share of so much that any model would do: a number of points without its sign.
  case anyLossAccepted(SourceRange, option: String, share: Double)
  /// Drawn figures don't fit a model, and no other images stand in for training images.
  case noStandIn(SourceRange, model: String, images: String, classes: Int)
}
