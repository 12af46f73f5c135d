import Datasets
import GraphIR
import Language
import SessionStore
import Text
import Training

extension Command {
  static let convert = Command(
    "convert", "make the integer model of a QAT model", target: .result("the integer model"),
    operands: [Operand("a QAT model", .model([.fakeQuantized]), .optional)],
    examples: ["convert", "convert student", "small = convert student"],
    footprint: { arguments, known in
      makingFootprint(.integer, suffix: "-int8", from: convertedName(arguments, known), arguments)
    }
  ) { arguments, workspace in
    guard let converted = convertedName(arguments, workspace.names) else {
      throw ModelError.nothingToConvert(arguments.verb, floatModel: workspace.names.newest(.float)?.name)
    }
    let place = arguments.word(at: 0) ?? Word(text: converted, range: arguments.verb.range)
    let (source, name, data) = try workspace.input(
      place, kinds: [.fakeQuantized], suffix: "-int8", arguments)
    return Conversion(
      source: source, result: name, data: data, replacement: replacement(name, workspace)
    ).make(arguments.verb).plan
  }
}

/// The model that is written, or the QAT model made last.
private func convertedName(_ arguments: Arguments, _ known: KnownNames) -> String? {
  arguments.word(at: 0)?.text ?? known.newest(.fakeQuantized)?.name
}

/// The conversion of a QAT model that is known to fit the data.
private struct Conversion {
  var source: ModelEntry
  var result: String
  var data: ChosenData
  /// What is said where another model gives way.
  var replacement: String

  func make(_ verb: Word) -> MakeModel<QuantizedFigures> {
    MakeModel(
      source: source, result: result, kind: .integer, data: data, verb: verb,
      compute: { model, console in
        let integer = try Training.convert(model)
        console.note("\(result): \(source.name) with " + integerWords(integer.graph) + replacement)
        if let note = floatLayersNote(integer.graph) { console.note(note) }
        let measured = try console.measured(
          model, named: source.name, integer: integer, named: result, on: data,
          floatBytes: source.figures[ModelEntry.floatSize])
        return measured.map { (integer, $0) }
      },
      describe: { measured, entry in
        // What its source's name stands for may change; what this model was made by does not.
        (entry.details[.policy], entry.details[.sourceRecipe]) = (
          source.details[.policy], source.details[.recipe]
        )
        entry.figures = measured.stored
      }, report: { report($0, integer: $1, fakeQuantized: source, $2, $3) })
  }

  private func report(
    _ measured: QuantizedFigures, integer: ModelEntry, fakeQuantized: ModelEntry, _ workspace: Workspace,
    _ console: Console
  ) {
    let bytes = integer.byteCount.map(Double.init) ?? 0
    let ratio = measured.floatBytes.map { bytes / $0 }
    console.put(.table(table(measured, integer: integer, fakeQuantized: fakeQuantized, ratio: ratio)))
    if let bytes = fakeQuantized.byteCount { console.metric(source.name, "size_bytes", Double(bytes)) }
    console.report(
      measured, of: source.name, integer: integer,
      agreementText:
        "\(source.name) and \(result) choose the same class for \(percentage(measured.agreement)) of the test images",
      workspace)
    let labels = data.dataset.test.labels.map(Int.init)
    console.verdict(
      result, beside: source.name,
      PairedDifference(
        zip(measured.fakeQuantized.predictions, labels).map { $0 == $1 },
        zip(measured.integer.predictions, labels).map { $0 == $1 }),
      accuracy: measured.integer.accuracy)
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
          .text(source.name), .text(fakeQuantized.kind.words),
          .percentage(measured.fakeQuantized.accuracy),
          fakeQuantized.byteCount.map { .bytes($0) } ?? .blank, .blank,
        ],
        [
          .text(result), .text(integer.kind.words), .percentage(measured.integer.accuracy),
          integer.byteCount.map { .bytes($0) } ?? .blank, ratio.map { .percentage($0, 1) } ?? .blank,
        ],
      ])
  }
}
