import GraphIR
import Language
import SessionStore
import Text

extension Keyword {
  static let whyAgainst = Keyword(
    "against", .model([.float]), otherwise: "the float model that it was made from", example: "teacher",
    "the float model that it is held against")
  static let whyImages = Keyword(
    "images", .count(1...1_000_000), otherwise: "2,000", example: "500",
    "how many of the first test images each trial classifies")
}

extension Command {
  static let why = Command(
    "why", "find out by measuring why a quantized model is less accurate than its float model",
    operands: [
      Operand(
        "a quantized model",
        .topic([Choice("run", "a run by its number: where it went wrong")], besides: .models),
        .many)
    ],
    keywords: [.whyAgainst, .whyImages],
    examples: [
      "why student-int8", "why does student-int8 lose accuracy", "why student images 500",
      "why baseline against teacher", "why run 3",
    ],
    reasons:
      "Each cause is taken out of the model, which is measured again on the same test images; what it wins back is what "
      + "the cause costs. A cause is named where its 95 % interval is above 0. explain attribution tells what is taken "
      + "out how.",
    footprint: { arguments, known in
      let question = WhyQuestion(arguments, known.models.map(\.name))
      if question.run != nil { return Footprint(uses: [.runs]) }
      var named = [question.model, question.reference, arguments.word(.whyAgainst)].compactMap { $0?.text }
      if question.model == nil { named += known.models.filter { $0.kind != .float }.map(\.name) }
      let lineage = known.lineage(of: named)
      // What was made later from one of these may be a repair.
      let made = known.uses { !known.lineage(of: [$0.name]).isDisjoint(with: lineage) }
      let uses = Set(lineage.filter(known.knows).map(SessionName.model)).union(made)
      return Footprint(uses: uses.union([.data, .seed]), serving: .served)
    }
  ) { arguments, workspace in
    let question = WhyQuestion(arguments, workspace.modelNames)
    if let run = question.run { return try whyRun(run, question.number, workspace) }
    if let word = question.unknown { throw ModelError.unknownModel(word, known: workspace.modelNames) }
    do {
      _ = try PlannedWhy(question, arguments, workspace)
    } catch let error as WhyError {
      guard workspace.isYetToMake([.fakeQuantized, .integer]) else { throw error }
    }
    return Plan { workspace, console in
      try PlannedWhy(question, arguments, workspace).run(workspace, console)
    }
  }
}

extension PlannedWhy {
  fileprivate init(_ question: WhyQuestion, _ arguments: Arguments, _ workspace: Workspace) throws {
    let data = try workspace.data(for: arguments.verb.range)
    let subject = try workspace.whySubject(
      question, against: arguments.word(.whyAgainst) ?? question.reference, verb: arguments.verb)
    let place = question.model ?? Word(text: subject.entry.name, range: arguments.verb.range)
    try workspace.requireFit(subject.entry, place, data)
    try workspace.requireFit(subject.reference, place, data)
    self.init(
      subject: subject, data: data, verb: arguments.verb, images: arguments.count(.whyImages) ?? 2_000,
      seed: workspace.sessionSeed)
  }
}

/// What a statement of `why` asks, which may be written as a question: "why does student-int8 lose accuracy".
struct WhyQuestion {
  /// The model that is asked about; nil for the newest quantized one.
  var model: Word?
  /// The model that it is set beside: "worse than teacher".
  var reference: Word?
  /// The word `run`, and the number behind it.
  var run, number: Word?
  /// A word that is neither a model nor part of a question.
  var unknown: Word?

  init(_ arguments: Arguments, _ models: [String]) {
    let words = arguments.operands.indices.compactMap { arguments.word(at: $0) }
    if let place = words.firstIndex(where: { $0.text == "run" }), !models.contains("run") {
      (run, number) = (words[place], words.dropFirst(place + 1).first)
      return
    }
    let isKnown = { (word: Word) in models.contains(word.text) || VersionReference(word.text) != nil }
    let named = words.filter { isKnown($0) || !Self.words.contains($0.text.lowercased()) }
    model = named.first
    reference = named.dropFirst().first
    unknown = named.first { !isKnown($0) }
  }

  /// What questions are made of beside names.
  static let words: Set<String> = [
    "a", "accuracy", "accurate", "after", "all", "and", "any", "are", "as", "at", "bad", "be", "because",
    "decrease", "did", "do", "does", "drop", "dropped", "drops", "fall", "falls", "fell", "from", "get",
    "has",
    "have", "int8", "integer", "is", "it", "its", "less", "lose", "loses", "losing", "loss", "lost", "low",
    "lower", "model", "much", "my", "not", "of", "points", "poor", "quantized", "so", "than", "that", "the",
    "this", "to", "was", "went", "with", "worse", "wrong",
  ]
}
