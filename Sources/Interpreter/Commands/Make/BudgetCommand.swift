import Execution
import GraphIR
import Language
import Quantization
import Training

/// A unit of size, as it may follow a number.
private enum SizeUnit: String, CaseIterable {
  case megabytes = "MB"
  case kilobytes = "kB"
  case gigabytes = "GB"
  case mebibytes = "MiB"
  case kibibytes = "KiB"

  var bytes: Double {
    switch self {
    case .megabytes: 1e6
    case .kilobytes: 1e3
    case .gigabytes: 1e9
    case .mebibytes: 1_048_576
    case .kibibytes: 1024
    }
  }

  var summary: String {
    switch self {
    case .megabytes: "a million bytes"
    case .kilobytes: "a thousand bytes"
    case .gigabytes: "a thousand million bytes"
    case .mebibytes: "mebibytes, 1,048,576 bytes each"
    case .kibibytes: "kibibytes, 1,024 bytes each"
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
      Operand(
        "a size with its unit, 8 MB, and a float model",
        .either([
          .real(.above(0)),
          .topic(SizeUnit.allCases.map { Choice($0.rawValue, $0.summary) }, besides: .models),
        ]), .several)
    ],
    keywords: [.trialImages, .distillation] + Keyword.recipe + [.observerFreeze, .batchNormFreeze],
    examples: [
      "student = budget 8 MB teacher", "budget teacher 700kB",
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
    } else if let option = arguments.clauses.filter({ $0.key != Keyword.trialImages.name })
      .min(by: { $0.value.range.lowerBound < $1.value.range.lowerBound })
    {
      let range =
        arguments.statement.clauses.first { $0.keyword.text == option.key }?.range ?? option.value.range
      throw StatementError.pointless(range, option: option.key, without: "a name for the result")
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

/// `8 MB teacher`, the model before or behind the size, or left out.
private struct SizeRequest {
  var bytes: Int
  var range: SourceRange
  var model: Word?

  init(_ arguments: Arguments) throws {
    var size: (number: Double, range: SourceRange)?
    var unit: (SizeUnit, SourceRange)?
    for operand in arguments.operands {
      switch operand.value {
      case .real(let number) where size == nil: size = (number, operand.range)
      case .word(let word) where unit == nil && size != nil && SizeUnit(word.text) != nil:
        unit = SizeUnit(word.text).map { ($0, word.range) }
      case .word(let word) where model == nil: model = word
      case .word(let word):
        throw StatementError.unknownTopic(
          unit == nil ? model ?? word : word, command: arguments.verb.text,
          topics: SizeUnit.allCases.map(\.rawValue))
      default: throw StatementError.sizeTwice(operand.range)
      }
    }
    guard let size else { throw StatementError.sizeMissing(arguments.verb, model: model?.text) }
    guard let unit else {
      throw StatementError.unitMissing(size.range, units: SizeUnit.allCases.map(\.rawValue))
    }
    range = size.range.joined(with: unit.1)
    bytes = Int(clamping: min(size.number * unit.0.bytes, 1e15))
  }
}
