import Execution
import GraphIR
import Language
import Quantization
import Training

/// A unit of size, as it may follow a number.
private enum SizeUnit: String, CaseIterable {
  case megabytes = "MB"
  case kilobytes = "kB"

  var bytes: Double {
    switch self {
    case .megabytes: 1e6
    case .kilobytes: 1e3
    }
  }

  init?(_ text: String) {
    guard let unit = Self.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
      return nil
    }
    self = unit
  }
}

extension Command {
  static let budget = Command(
    "budget", "choose each layer's width for a size, and train the network so",
    target: .result("the QAT model"),
    operands: [
      Operand("a size in MB", .real(.above(0))),
      Operand(
        "a unit and a float model",
        .topic(
          [Choice("MB", "a million bytes"), Choice("kB", "a thousand bytes")], besides: .models), .many),
    ],
    keywords: [.trialImages, .distillation] + Keyword.recipe + [.observerFreeze, .batchNormFreeze],
    examples: [
      "student = budget 8 MB teacher", "budget 700 kB",
      "student = budget 8 MB teacher with kd(teacher, DecoupledKD, 0.5) epochs 1",
    ],
    reasons:
      "It measures each layer at 7 to 2 bits, alone, and gives each the width, 2 to 8 bits, with which the noises of all "
      + "layers add up to the least that the size allows: a file holds weights in exactly so many bits.",
    footprint: { arguments, known in
      let written = (try? SizeRequest(arguments))?.model?.text
      let source = floatName(written, known)
      // Its trials are those of the session's seed, whatever seed the run has.
      let uses = floatModelUses(written, known).union([.data, .seed])
      guard let target = arguments.target else { return Footprint(uses: uses, serving: .served) }
      var footprint = Footprint.making(
        .fakeQuantized, target.text, from: source, teachers: arguments.teachers,
        also: uses.union([.precision]))
      footprint.addsRun = true
      return footprint
    }
  ) { arguments, workspace in
    let request = try SizeRequest(arguments)
    let (source, note) = try workspace.floatModel(request.model, verb: arguments.verb)
    let place = request.model ?? Word(text: source.name, range: arguments.verb.range)
    let whole = try workspace.data(for: arguments.verb.range)
    try workspace.requireFit(source, place, whole)
    let data = try whole.withImagesToChooseOn(at: arguments.verb.range)
    var planned = PlannedBudget(
      source: source.name, budget: request.bytes, range: request.range,
      policy: QuantizationPolicy(keepsEnds: false, reducesRange: !Processor.hasExactByteProducts), data: data,
      verb: arguments.verb, images: arguments.count(.trialImages) ?? Keyword.defaultTrialImages,
      seed: workspace.sessionSeed)
    planned.notes = [note, data.choosingWords("widths are chosen", asHalfOf: whole)].compactMap { $0 }
    planned.choosingNoun = data.choosingNoun(asHalfOf: whole)
    if arguments.target != nil {
      // The run of a `qat` that starts from this model; its widths follow when they are chosen.
      var training = arguments
      training.clauses[Keyword.from.name] = Arguments.Written(
        value: .word(Word(text: source.name, range: place.range)), range: place.range)
      planned.run = try plannedQATRun(training, workspace)
      planned.run?.data = data
    } else if let option = arguments.clauses.first(where: { $0.key != Keyword.trialImages.name }) {
      throw StatementError.pointless(option.value.range, option: option.key, without: "a name for the result")
    } else {
      var recipe = TrainingRecipe()
      recipe.quantization = QuantizationRecipe(policy: planned.policy)
      try workspace.checkQuantization(source.graph, recipe, at: place, arguments, data)
    }
    let run = planned.run
    return Plan(changes: run == nil ? [] : [data.use], makes: run?.result) { [planned] workspace, console in
      try planned.run(&workspace, console)
    }
  }
}

/// `3 MB teacher`, with or without the last two.
private struct SizeRequest {
  var bytes: Int
  var range: SourceRange
  var model: Word?

  init(_ arguments: Arguments) throws {
    guard let size = arguments.operands.first, case .real(let number) = size.value else {
      throw StatementError.nameMissing(arguments.verb, example: "student = budget 8 MB teacher")
    }
    var words = arguments.operands.indices.dropFirst().compactMap { arguments.word(at: $0) }
    range = size.range
    var unit = SizeUnit.megabytes
    if let first = words.first, let written = SizeUnit(first.text) {
      unit = written
      range = size.range.joined(with: first.range)
      words.removeFirst()
    }
    model = words.first
    if words.count > 1 {
      throw StatementError.unknownTopic(
        words[0], command: arguments.verb.text, topics: SizeUnit.allCases.map(\.rawValue))
    }
    bytes = Int(clamping: min(number * unit.bytes, 1e15))
  }
}
