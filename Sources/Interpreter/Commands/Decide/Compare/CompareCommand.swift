import GraphIR
import Language
import SessionStore
import Text
import Training

extension Keyword {
  static let comparedSeeds = Keyword(
    "seeds", .count(2...10), otherwise: "the models as they are", example: "3",
    "train each again with so many seeds, for mean and interval")
  static let family = Keyword(
    "family", .model(nil), otherwise: "the models that are named", example: "teacher",
    "the float model that a model was made from, and all that was made from it")
}

extension Keyword {
  static let comparedRuns = Keyword(
    "run", .runNumbers, otherwise: "models, not runs", example: "1, run 2",
    "settings of runs in which they differ, and their curves")
}

extension Command {
  static let compare = Command(
    "compare", "set models side by side: accuracy, recovery, size, speed, cost",
    operands: [Operand("models", .model(nil), .many)],
    keywords: [.family, .comparedSeeds, .comparedRuns, .measuredPrecision, .form],
    takesPatterns: true,
    examples: [
      "compare", "compare teacher student-int8", "compare student*", "compare family teacher",
      "compare student seeds 3", "compare as markdown", "compare precision bf16",
      "compare run 1, run 2", "compare teacher@1 teacher",
    ],
    reasons:
      "Each model is set against its own origin: what is quantized against the float model that it was made from, which "
      + "is measured beside it, a float model against the one that it was started from or taught by; float models that are "
      + "named and have none, against the first that is. In names, * stands for any text. A change is within chance where "
      + "its 95 % interval, from the test images on which the two models differ, holds 0. Latency and images/s are medians "
      + "of passes that go in turn.",
    footprint: { arguments, known in
      if arguments.has(.comparedRuns) { return Footprint(uses: [.runs]) }
      let compared = ComparedNames(arguments, known)
      // How a model was made is told by what it was made from.
      let models = known.lineage(of: compared.names + compared.unknown.map(\.text))
      return Footprint(uses: Set(models.map(SessionName.model)).union([.data]), serving: .served)
    }
  ) { arguments, workspace in
    if let numbers = arguments.texts(.comparedRuns) { return try comparedRuns(numbers, arguments, workspace) }
    let data = try workspace.data(for: arguments.verb.range)
    let known = workspace.names
    let compared = ComparedNames(arguments, known)
    if let word = compared.unknown.first {
      _ = try workspace.model(word)
      throw ModelError.unknownModel(word, known: workspace.modelNames)
    }
    for place in arguments.operands.indices {
      guard let word = arguments.word(at: place), compared.written.contains(word.text) else { continue }
      try workspace.requireFit(workspace.model(word), word, data)
    }
    var names: [String] = []
    var left: [String] = []
    for name in compared.names {
      let graph = try workspace.entry(name).graph
      let fits = graph.inputShape.takes(data.shape) && graph.classes == data.classes
      if fits { names.append(name) } else { left.append(name) }
    }
    guard !names.isEmpty || left.isEmpty else {
      throw ModelError.noneFits(arguments.verb, models: left, data: data.shape, dataName: data.choice.text)
    }
    guard !names.isEmpty else { throw ModelError.nothingToCompare(arguments.verb) }
    let comparison = PlannedComparison(
      names: names, written: compared.written, left: left, isAll: compared.isAll, data: data,
      verb: arguments.verb, seeds: arguments.count(.comparedSeeds),
      precision: try arguments.measuredPrecision, form: arguments.form)
    return Plan { workspace, console in try comparison.run(workspace, console) }
  }
}
