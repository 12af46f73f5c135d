import GraphIR
import Language
import Text

extension Command {
  /// Sets the models of a sweep side by side; it is no command of its own.
  static let sweepTable = Command(
    "sweep", "the models of a sweep, side by side", examples: ["qat student from teacher bits 2, 4, 8"],
    footprint: { arguments, _ in Footprint(uses: arguments.modelUses, serving: .beside) }
  ) { arguments, workspace in
    guard let sweep = arguments.sweep else { return Plan { _, _ in .done } }
    return Plan { workspace, console in
      let made = try sweep.runs.map { try workspace.entry($0.name) }
      console.put(.table(table(sweep, made)))
      if let note = conclusion(made) { console.note(note) }
      return .done
    }
  }
}

private func table(_ sweep: Sweep, _ made: [ModelEntry]) -> Table {
  let options = sweep.runs.first?.values.map(\.option) ?? []
  return Table(
    columns: options.map { Table.Column($0, .right) } + [
      Table.Column("model"), Table.Column("accuracy", .right), Table.Column("loss", .right),
      Table.Column("size", .right),
    ],
    rows: zip(sweep.runs, made).map { run, entry in
      run.values.map { .spelled($0.text) } + [
        .text(entry.name), entry.figures["accuracy"].map { .percentage($0) } ?? .blank,
        entry.figures["loss"].map { .fixed($0, 4) } ?? .blank,
        entry.byteCount.map { .bytes(Double($0)) } ?? .blank,
      ]
    })
}

/// Which model is ahead.
private func conclusion(_ made: [ModelEntry]) -> String? {
  let measured = made.compactMap { entry in entry.figures["accuracy"].map { (entry.name, $0) } }
  guard let best = measured.max(by: { $0.1 < $1.1 }), measured.count > 1 else { return nil }
  let equal = measured.filter { $0.1 == best.1 }.map(\.0)
  guard equal.count == 1 else { return "\(sentence(equal)) are equally accurate" }
  return "\(best.0) is ahead; small differences on few test images may be chance"
}
