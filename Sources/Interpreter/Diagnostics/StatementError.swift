package import Execution
package import Language
import Text

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
  /// Every layer is to stay as it is.
  case nothingToTrain(SourceRange, network: String)
  /// The last layer has a rate of its own, and is to stay as it is.
  case frozenHead(SourceRange, layer: String)
  /// Layers with fresh weights are to stay as they are.
  case nothingLearned(SourceRange, verb: String)
  /// A dot leads into a model, so a model's own name has none.
  case dottedName(Word)
  case longName(Word)
  /// A version stays as it was made.
  case versionedName(Word)
  /// The word is part of the language where a name would stand; `use` shows it there: "train … epochs".
  case reservedName(Word, use: String)
  case nameOfArchitecture(Word)
  case unknownTopic(Word, command: String, topics: [String])
  /// A word alone that is no command and names nothing.
  case unknownWord(Word, known: [String])
  /// A word that is for the prompt, in a cell.
  case promptWord(Word, use: PromptWord)
  /// A size is a number without its unit; `units` are those that there are.
  case unitMissing(SourceRange, units: [String])
  case sizeMissing(Word, model: String?)
  case sizeTwice(SourceRange)
  /// A model has neither a layer nor a figure of a name.
  case unknownPart(Word, model: String, known: [String])
  /// A term that is not explained; `suggestion` is the topic that may have been meant.
  case unexplained(Word, suggestion: String?)
  case topicNeeds(Word, what: String, example: String)
  case surplusTopic(Word, topic: String)
  /// A model is named where one of its layers is wanted.
  case layerMissing(Word, layers: [String])
  case unknownRun(Word, count: Int, models: [String])
  case settingMissing(Word, settings: [String])
  /// The processor lacks what the precision needs; the word asks for it.
  case precisionUnsupported(Word, TrainingPrecision)
  /// More threads than the machine's cores can make use of.
  case tooManyThreads(SourceRange, cores: Int, most: Int)
  /// The system gives another number of threads than was set.
  case threadsRefused(SourceRange, wanted: Int, given: Int)
  case undoNotAlone(Word)
  /// A share of so much that any model would do: a number of points without its sign.
  case anyLossAccepted(SourceRange, option: String, share: Double)
  /// Drawn figures don't fit a model, and no other images stand in for training images.
  case noStandIn(SourceRange, model: String, images: String, classes: Int)
  /// Without validation images a half of the test images chooses, and of each class one must be left to test on.
  case tooFewToChoose(SourceRange, images: Int)
}

extension StatementError: DiagnosedError {
  package var diagnostic: Diagnostic {
    switch self {
    case .nameTwice(let word, let target):
      complaint(
        "named-twice", "the result is named \(quoted(target.text)) before = and \(quoted(word.text)) here",
        at: word.range, remedy: "keep one of the two names")
    case .nameMissing(let verb, let example):
      complaint(
        "name-missing", "\(verb.text) needs a name for its result", at: verb.range,
        remedy: "try: \(example)")
    case .teacherMissing(let verb, let network):
      complaint(
        "teacher-missing", "distill needs a teacher", at: verb.range,
        remedy:
          "try: student = distill \(network) with kd(teacher, DecoupledKD); without one: train \(network)")
    case .replacesTeacher(let word):
      complaint(
        "replaces-teacher", "the student would take the place of its teacher \(quoted(word.text))",
        at: word.range,
        remedy: "give the student a name of its own: qat \(word.text)-qat with kd(\(word.text))")
    case .replacesSource(let word, let example):
      complaint(
        "replaces-source", "the result would take the place of \(quoted(word.text)), which it is made of",
        at: word.range, remedy: "choose another name: \(example)")
    case .pointless(let range, let option, let other):
      complaint(
        "pointless-option", "\(option) says nothing without \(other)", at: range,
        remedy: "write \(other) too, or leave out \(option)", edit: Edit(range: range, text: ""))
    case .nothingToTrain(let range, let network):
      complaint(
        "nothing-to-train", "freeze leaves no layer of \(network) to train", at: range,
        remedy: "name fewer layers: freeze layer1.*")
    case .frozenHead(let range, let layer):
      complaint(
        "pointless-option", "head-lr is the rate of \(layer), which freeze leaves as it is", at: range,
        remedy: "leave one of the two out")
    case .nothingLearned(let range, let verb):
      complaint(
        "nothing-to-freeze",
        "\(verb) begins with fresh weights: layers that stay as they are would never learn",
        at: range,
        remedy: "go on with a model instead: teacher = load resnet18 \"resnet18.pth\", then train teacher")
    case .nothingToReestimate(let range, let model):
      complaint(
        "nothing-to-reestimate", "\(model) has no batch norm to measure anew", at: range,
        remedy: "leave it out")
    case .dottedName(let word):
      complaint(
        "dotted-name", "a model's name has no dot", at: word.range,
        suggestion: String(word.text.map { $0 == "." ? "-" : $0 }))
    case .versionedName(let word):
      complaint(
        "versioned-name", "\(word.text) is a version, which stays as it was made", at: word.range,
        label: "it can't become another model",
        remedy: "give what is made of it a name: \(word.text.prefix { $0 != "@" }) = train \(word.text)")
    case .longName(let word):
      complaint(
        "long-name", "a name has at most \(longestName) characters, this one has \(word.text.count)",
        at: word.range, remedy: "write a shorter one")
    case .reservedName(let word, let use):
      complaint(
        "reserved-name", "\(quoted(word.text)) can't be a name: it has a meaning in \(quoted(use))",
        at: word.range, suggestion: word.text + "1")
    case .nameOfArchitecture(let word):
      complaint(
        "name-taken", "\(quoted(word.text)) is the name of an architecture", at: word.range,
        remedy: "choose another name for the network")
    case .unknownTopic(let word, let command, let topics):
      unknownName(
        "unknown-topic", "\(command) does not know \(quoted(word.text))", word, known: topics, noun: "topic")
    case .unknownWord(let word, let known):
      advised(
        unknownName(
          "unknown-command", "no command, model or network is called \(quoted(word.text))", word,
          known: known,
          noun: "command"), word)
    case .promptWord(let word, let use):
      complaint(
        "prompt-word", "\(quoted(word.text)) \(use.words), and a cell has none", at: word.range,
        label: "leave it out", suggestion: "")
    case .unitMissing(let range, let units):
      complaint(
        "unit-missing", "a size needs its unit", at: range, label: "write \(units[0]) or another behind it",
        remedy: "units: " + sentence(units),
        edit: Edit(
          range: SourceRange(lowerBound: range.upperBound, upperBound: range.upperBound), text: " " + units[0]
        ))
    case .sizeMissing(let verb, let model):
      complaint(
        "missing-operand", "\(verb.text) needs a size with its unit", at: verb.range,
        remedy: "try: student = budget 8 MB \(model ?? "teacher")")
    case .sizeTwice(let range):
      complaint("named-twice", "the size is given twice", at: range, remedy: "keep one of the two")
    case .unknownPart(let word, let model, let known):
      unknownName(
        "unknown-layer", "\(model) has neither a layer nor a figure \(quoted(word.text))", word, known: known,
        noun: "part")
    case .unexplained(let word, let suggestion):
      complaint(
        "unknown-topic", "there is no explanation of \(quoted(word.text))", at: word.range,
        remedy: suggestion == nil ? "explain alone lists the topics" : nil, suggestion: suggestion)
    case .topicNeeds(let word, let what, let example):
      complaint(
        "missing-operand", "show \(word.text) needs \(what)", at: word.range, remedy: "try: \(example)")
    case .surplusTopic(let word, let topic):
      complaint(
        "unexpected-value", "\(topic) takes nothing after it", at: word.range,
        remedy: "leave out \(quoted(word.text))")
    case .layerMissing(let word, let layers):
      complaint(
        "missing-layer", "\(quoted(word.text)) is a whole model, and a histogram is of one layer",
        at: word.range,
        remedy: "name one of its layers: "
          + sentence(layers.prefix(3).map { word.text + "." + $0 } + (layers.count > 3 ? ["…"] : []), "or"))
    case .unknownRun(let word, let count, let models):
      complaint(
        "unknown-run", "there is no run \(word.text)", at: word.range,
        remedy: count == 0
          ? "nothing was trained yet: teacher = train resnet18"
          : "runs are numbered from 1 to \(count); see them with: runs",
        suggestion: Int(word.text).map { "\(max(1, min($0, count)))" } ?? nearName(word.text, models))
    case .settingMissing(let verb, let settings):
      complaint(
        "missing-operand", "\(verb.text) needs a setting and its value", at: verb.range,
        remedy: "settings: " + sentence(settings))
    case .precisionUnsupported(let word, let precision):
      complaint(
        "precision-unsupported",
        "this processor can't compute in \(precision.rawValue): it has no instruction that multiplies it "
          + "(AVX-512 BF16), and without one it would be slower than f32",
        at: word.range, remedy: word.text == precision.rawValue ? "precision f32" : "set precision f32")
    case .tooManyThreads(let range, let cores, let most):
      complaint(
        "too-many-threads",
        "this machine has \(counted(cores, "core")), and so many threads would wait for one another",
        at: range, label: "at most \(most)", remedy: "write as many as there are cores: set threads \(cores)")
    case .threadsRefused(let range, let wanted, let given):
      complaint(
        "fewer-threads", "the system gives \(counted(given, "thread")) instead of \(grouped(wanted))",
        at: range,
        remedy: "raise OMP_THREAD_LIMIT or the limit of processes (ulimit -u), or write: set threads \(given)"
      )
    case .undoNotAlone(let verb):
      complaint(
        "undo-not-alone", "\(verb.text) goes over whole cells, so it stands alone in its own", at: verb.range,
        remedy: "run the other statements in another cell")
    case .anyLossAccepted(let range, let option, let share):
      complaint(
        "any-loss-accepted", "\(option) accepts a loss of \(plain(100 * share)) points of 100", at: range,
        remedy: "write the points as a percentage: \(option) \(plain(min(share, 5)))%")
    case .tooFewToChoose(let range, let images):
      complaint(
        "too-few-images",
        "\(counted(images, "test image")) can't be parted into a half that chooses and one that tests: "
          + "no class has two", at: range,
        remedy: "set training images apart to choose on: data NAME validation 10%")
    case .noStandIn(let range, let model, let images, let classes):
      complaint(
        "no-stand-in",
        "without training images, drawn figures (grey, square, 10 classes) stand in, and \(model) takes "
          + "\(images) and tells \(classes) classes apart", at: range,
        remedy: "let it calibrate on training images: leave out data no")
    }
  }
}
