import GraphIR
import Language
import SessionStore
import Training

extension Command {
  static let convert = Command(
    "convert", "make the integer model of a QAT model", target: .result("the integer model"),
    operands: [Operand("a QAT model", .model([.fakeQuantized]), .optional)],
    examples: ["convert", "convert student", "small = convert student"], effect: .changes
  ) { arguments, scope in
    let source: ModelEntry
    let place: Word
    if let word = arguments.word(at: 0) {
      (source, place) = (try scope.model(word, kinds: [.fakeQuantized]), word)
    } else {
      guard let newest = scope.newest(.fakeQuantized) else {
        throw ModelError.nothingToConvert(arguments.verb, floatModel: scope.newest(.float)?.name)
      }
      (source, place) = (newest, Word(text: newest.name, range: arguments.verb.range))
    }
    if let target = arguments.target {
      try requireModelName(target)
      if target.text == source.name {
        throw StatementError.replacesSource(target, example: "\(target.text)-int8 = convert \(target.text)")
      }
    }
    let data = try scope.data(for: arguments.verb.range)
    try scope.requireFit(source, place, data)
    let name = arguments.target?.text ?? source.name + "-int8"
    let conversion = PlannedConversion(
      source: source.name, result: name, data: data, verb: arguments.verb,
      replacement: replacement(name, scope))
    scope.register(ModelEntry(name: name, kind: .integer, graph: source.graph))
    return Step { draft, console in try conversion.run(&draft, console) }
  }
}

/// The conversion of a QAT model that is known to fit the data.
private struct PlannedConversion {
  var source: String
  var result: String
  var data: ChosenData
  var verb: Word
  /// What is said where another model gives way.
  var replacement: String

  func run(_ draft: inout Draft, _ console: Console) throws -> StepEnding {
    if let note = data.note { console.note(note) }
    if let note = foreignData(try draft.entry(source), data) { console.note(note) }
    let model = try draft.model(source)
    let integer = try runningTraining(verb) { try Training.convert(model) }
    let floatBytes = try draft.entry(source).figures[ModelEntry.floatSize]
    console.note("\(result): \(source) with " + integerWords(integer.graph) + replacement)
    if let note = floatLayersNote(integer.graph) { console.note(note) }
    let measured = try runningTraining(verb) {
      try console.measured(
        model, named: source, integer: integer, named: result, on: data, floatBytes: floatBytes)
    }
    guard let measured else {
      console.note("stopped; nothing was kept")
      return .interrupted
    }
    let entry = try keep(integer, measured, in: &draft)
    report(measured, integer: entry, fakeQuantized: try draft.entry(source), console)
    return .done
  }

  private func keep(_ integer: Model, _ measured: QuantizedFigures, in draft: inout Draft) throws
    -> ModelEntry
  {
    var entry = ModelEntry(name: result, kind: integer.kind, graph: integer.graph)
    entry.details = [.data: data.choice.text, .start: source]
    // What its name stands for may change; what this model was made by does not.
    let made = try draft.entry(source).details
    (entry.details[.policy], entry.details[.sourceRecipe]) = (made[.policy], made[.recipe])
    entry.figures = measured.stored
    return try draft.save(Draft.NewModel(entry: entry, parameters: integer.parameters))
  }

  private func report(
    _ measured: QuantizedFigures, integer: ModelEntry, fakeQuantized: ModelEntry, _ console: Console
  ) {
    let bytes = integer.byteCount.map(Double.init) ?? 0
    let ratio = measured.floatBytes.map { bytes / $0 }
    console.put(.table(table(measured, integer: integer, fakeQuantized: fakeQuantized, ratio: ratio)))
    if let bytes = fakeQuantized.byteCount { console.metric(source, "size_bytes", Double(bytes)) }
    console.report(
      measured, of: source, integer: integer,
      agreementText:
        "\(source) and \(result) choose the same class for \(percentage(measured.agreement)) of the test images"
    )
  }

  private func table(
    _ measured: QuantizedFigures, integer: ModelEntry, fakeQuantized: ModelEntry, ratio: Double?
  ) -> Table {
    Table(
      columns: [
        Table.Column("model"), Table.Column("kind"), Table.Column("accuracy", .right),
        Table.Column("size", .right), Table.Column("of float", .right),
      ],
      rows: [
        [
          source, fakeQuantized.kind.words, percentage(measured.fakeQuantized.accuracy),
          fakeQuantized.byteCount.map { byteCount(Double($0)) } ?? "", "",
        ],
        [
          result, integer.kind.words, percentage(measured.integer.accuracy),
          integer.byteCount.map { byteCount(Double($0)) } ?? "", ratio.map { percentage($0, 1) } ?? "",
        ],
      ])
  }
}
