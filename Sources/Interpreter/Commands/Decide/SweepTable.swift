import Datasets
import GraphIR
import Language
import Text
import Training

extension Command {
  /// Sets the models of a sweep side by side; it is no command of its own.
  static let sweepTable = Command(
    "sweep", "the models of a sweep, side by side", examples: ["qat student from teacher bits 2, 4, 8"],
    footprint: { arguments, _ in Footprint(uses: arguments.modelUses.union([.data]), serving: .beside) }
  ) { arguments, workspace in
    guard let sweep = arguments.sweep else { return Plan { _, _ in .done } }
    return Plan { workspace, console in
      let made = try sweep.runs.map { try workspace.entry($0.name) }
      console.put(.table(table(sweep, made)))
      guard let note = try conclusion(made, arguments.verb, workspace, console) else { return .interrupted }
      console.note(note)
      return .done
    }
  }
}

private func table(_ sweep: Sweep, _ made: [ModelEntry]) -> Table {
  let options = sweep.runs.first?.values.map(\.option) ?? []
  // A fake-quantized model's file holds floats whatever its widths: a size that is the same for all tells nothing.
  let sizes = Set(made.map(\.byteCount)).count > 1
  return Table(
    columns: options.map { Table.Column($0, .right) } + [
      Table.Column("model"), Table.Column("accuracy", .right), Table.Column("loss", .right),
    ] + (sizes ? [Table.Column("size", .right)] : []),
    rows: zip(sweep.runs, made).map { run, entry in
      run.values.map { .spelled($0.text) } + [
        .text(entry.name), entry.figures["accuracy"].map { .percentage($0) } ?? .blank,
        entry.figures["loss"].map { .fixed($0, 4) } ?? .blank,
      ] + (sizes ? [entry.byteCount.map { .bytes(Double($0)) } ?? .blank] : [])
    })
}

/// Which model is ahead of the next, and whether chance may have made that; nil where it was cancelled.
private func conclusion(
  _ made: [ModelEntry], _ verb: Word, _ workspace: Workspace, _ console: Console
) throws -> String? {
  let ranked = made.filter { $0.figures["accuracy"] != nil }
    .sorted { $0.figures["accuracy", default: 0] > $1.figures["accuracy", default: 0] }
  guard ranked.count > 1 else { return "fewer than two of them were measured" }
  let data = try workspace.data(for: verb.range)
  let labels = data.dataset.test.labels.map(Int.init)
  var hits: [[Bool]] = []
  for entry in ranked.prefix(2) {
    let model = try workspace.weights(of: entry.name)
    guard let evaluation = try console.evaluation(of: model, named: entry.name, on: data) else { return nil }
    hits.append(zip(evaluation.predictions, labels).map { $0 == $1 })
  }
  let difference = PairedDifference(hits[1], hits[0])
  return "\(ranked[0].name) is first, \(ranked[1].name) next: \(difference.changeWords)"
}
