import GraphIR
import Language
import SessionStore
import Text
import Training

/// Compared models over several seeds: mean, interval, and what distillation adds, seed by seed.
struct SeedComparison {
  var entries: [ModelEntry]
  var models: [ModelEntry]
  var repeats: SeedRepeats
  /// What its table becomes for other programs; nil draws it.
  var form: TableForm?

  private struct Row {
    var entry: ModelEntry
    var accuracies: [Double]
  }

  /// `isChosen`: the user named the models, so one that can't be trained again is an error; else it is left out.
  func run(_ workspace: Workspace, _ console: Console, isChosen: Bool) throws -> PlanEnding {
    var rows: [Row] = []
    // Integer models come with the QAT model that they were made from.
    for entry in entries where entry.kind == .float || entry.kind == .fakeQuantized {
      let repeated: SeedRepeats.Accuracies?
      do {
        repeated = try runningTraining(repeats.verb) { try repeats.accuracies(of: entry, workspace, console) }
      } catch let error as ModelError where !isChosen {
        console.note(error.diagnostic.message)
        continue
      }
      guard let repeated, !console.cancellation.isCancelled else { return .interrupted }
      rows.append(Row(entry: entry, accuracies: repeated.own))
      let integer = entries.first {
        $0.kind == .integer && $0.start(among: models)?.reference == entry.reference
          && $0.recipe(among: models) == entry.recipe(among: models)
      }
      if let integer { rows.append(Row(entry: integer, accuracies: repeated.integer)) }
    }
    guard !rows.isEmpty else {
      console.note("no model could be trained again with other seeds")
      return .done
    }
    if let form {
      console.put(.table(exactTable(rows, form)))
      for row in rows { report(row, console) }
      return .done
    }
    console.put(.table(table(rows)))
    console.note(
      "mean ± half of the 95 % confidence interval (Student's t) over \(repeats.count) seeds; teachers and starts "
        + "stay the same")
    for row in rows { report(row, console) }
    reportGains(rows, console)
    return .done
  }

  private func table(_ rows: [Row]) -> Table {
    let seeds = (1...repeats.count).map { Table.Column("run \($0)", .right) }
    return Table(
      columns: [Table.Column("model"), Table.Column("method")] + seeds + [
        Table.Column("mean", .right), Table.Column("±", .right),
      ],
      rows: rows.map { row in
        let summary = MeanAndInterval(row.accuracies)
        return [.text(row.entry.name), .text(row.entry.method(among: models).words)]
          + row.accuracies.map { .percentage($0) } + [
            summary.map { .percentage($0.mean) } ?? .blank,
            summary.map { .fixed(100 * $0.halfWidth, 2, .points) } ?? .blank,
          ]
      })
  }

  private func exactTable(_ rows: [Row], _ form: TableForm) -> Table {
    let seeds = (0..<repeats.count).map { seed in
      ExactColumn.number("run \(seed + 1)", "share") { rows[$0].accuracies[seed] }
    }
    return Table(
      as: form,
      [
        .words("model") { rows[$0].entry.name },
        .words("method") { rows[$0].entry.method(among: models).words },
      ] + seeds + [
        .number("mean", "share") { MeanAndInterval(rows[$0].accuracies)?.mean },
        .number("±", "share") { MeanAndInterval(rows[$0].accuracies)?.halfWidth },
      ], count: rows.count)
  }

  private func report(_ row: Row, _ console: Console) {
    guard let summary = MeanAndInterval(row.accuracies) else { return }
    console.metric(row.entry.name, "accuracy_mean", summary.mean)
    console.metric(row.entry.name, "accuracy_interval", summary.halfWidth)
  }

  /// QAT + KD less QAT alone, run by run, where teachers are all that tells the recipes apart.
  private func reportGains(_ rows: [Row], _ console: Console) {
    for taught in rows where taught.entry.method(among: models) == .distilledQAT {
      let alike = rows.filter {
        $0.entry.method(among: models) == .qat && $0.entry.kind == taught.entry.kind
          && $0.entry.differsByTeachersAlone(from: taught.entry, among: models)
      }
      let seed = taught.entry.recipe(among: models)?.seed
      // Runs of the same seeds see their images in the same order, so more of their noise is shared.
      guard let alone = alike.first(where: { $0.entry.recipe(among: models)?.seed == seed }) ?? alike.first,
        let gain = MeanAndInterval(zip(taught.accuracies, alone.accuracies).map { $0 - $1 })
      else { continue }
      let isClear = abs(gain.mean) > gain.halfWidth
      console.metric(
        taught.entry.name, "kd_gain", gain.mean,
        text: "distillation adds \(signed(100 * gain.mean, 2)) ± \(fixed(100 * gain.halfWidth, 2)) points to "
          + "\(alone.entry.name): \(isClear ? "more" : "no more") than chance")
      console.metric(taught.entry.name, "kd_gain_interval", gain.halfWidth)
    }
  }
}
