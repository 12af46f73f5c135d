import Language
import SessionStore
import Text

/// What a list of runs is sorted by.
private enum RunOrder: String, CaseIterable {
  case accuracy, loss, time

  var summary: String {
    switch self {
    case .accuracy: "after the last epoch, the highest first"
    case .loss: "of the last step, the lowest first"
    case .time: "that the run took, the longest first"
    }
  }
}

extension Keyword {
  static let runsOf = Keyword(
    "of", .model(nil), otherwise: "all", example: "teacher", "runs that made a model of this name")
  static let runOrder = Keyword(
    "by", .choice(RunOrder.allCases.map { Choice($0.rawValue, $0.summary) }),
    otherwise: "when they began, the oldest first", example: "accuracy", "what they are sorted by")
}

extension Command {
  private static let runKinds = RunRecord.Kind.allCases.map { Choice($0.rawValue, "runs of \($0.rawValue)") }
  private static let runStatuses = RunRecord.Status.allCases.map {
    Choice($0.rawValue, $0 == .running ? "runs that go on" : "runs that were \($0.rawValue)")
  }

  static let runs = Command(
    "runs", "list the training runs of the session",
    operands: [Operand("a kind or how they ended", .choice(runKinds + runStatuses), .many)],
    keywords: [.runsOf, .runOrder, .form],
    examples: [
      "runs", "runs as csv", "runs of teacher", "runs failed", "runs qat by accuracy", "runs as json",
    ],
    footprint: { _, _ in Footprint(uses: [.runs]) }
  ) { arguments, workspace in
    let selection = RunSelection(arguments)
    // Statements before it in the cell may make the run.
    if let word = selection.model, workspace.statementCount == 1 {
      let known = try workspace.runRows().map(\.model)
      let name = VersionReference(word.text)?.name ?? word.text
      if !known.contains(name), workspace.model(named: word.text) == nil {
        throw ModelError.unknownModel(word, known: Set(known + workspace.modelNames).sorted())
      }
    }
    return Plan { workspace, console in
      let all = try workspace.runRows()
      let runs = try selection.selected(all, workspace)
      if let form = arguments.form {
        console.put(.table(exactTable(of: runs, form)))
        return .done
      }
      if all.isEmpty {
        console.text("nothing was trained yet; begin with: teacher = train resnet18")
      } else if runs.isEmpty {
        console.text("no run is like that, of \(counted(all.count, "run"))")
      } else {
        console.put(.table(table(of: runs, withAccuracy: selection.order == .accuracy)))
      }
      for problem in try workspace.store.runProblems() { console.note(problem.description) }
      if !runs.isEmpty { console.note("show run N tells more of one") }
      console.tell(stopped: try workspace.store.resumableRuns())
      return .done
    }
  }
}

/// Which runs are listed, and in which order.
private struct RunSelection {
  var model: Word?
  var kinds: Set<String> = []
  var statuses: Set<String> = []
  var order: RunOrder?

  init(_ arguments: Arguments) {
    model = arguments.word(.runsOf)
    order = arguments.word(.runOrder).flatMap { RunOrder(rawValue: $0.text) }
    for word in arguments.words() {
      if RunRecord.Kind(rawValue: word.text) != nil {
        kinds.insert(word.text)
      } else {
        statuses.insert(word.text)
      }
    }
  }

  /// Of several kinds, or several endings, any.
  func selected(_ runs: [RunRow], _ workspace: Workspace) throws -> [RunRow] {
    var version: ModelEntry.Run?
    if let reference = model.flatMap({ VersionReference($0.text) }) {
      version = try workspace.version(reference)?.run
      guard version != nil else { return [] }
    }
    let found = runs.filter { run in
      (kinds.isEmpty || kinds.contains(run.kind.rawValue))
        && (statuses.isEmpty || statuses.contains(run.status.rawValue))
        && (model == nil || (version.map { $0 == run.reference } ?? (run.model == model?.text)))
    }
    guard let order else { return found }
    return switch order {
    case .accuracy: sorted(found) { $0.lastAccuracy.map { -$0 } }
    case .loss: sorted(found, \.lastLoss)
    case .time: sorted(found) { $0.seconds.map { -$0 } }
    }
  }

  /// What has no number, or one that is none, comes last; equal ones keep their order.
  private func sorted(_ runs: [RunRow], _ key: (RunRow) -> Double?) -> [RunRow] {
    runs.map { (run: $0, key: key($0).flatMap { $0.isNaN ? nil : $0 } ?? .infinity) }
      .sorted { ($0.key, $0.run.number) < ($1.key, $1.run.number) }.map(\.run)
  }
}

private func table(of runs: [RunRow], withAccuracy: Bool) -> Table {
  var table = Table(
    columns: [
      Table.Column("run", .right), Table.Column("kind"), Table.Column("model"),
      Table.Column("status"), Table.Column("epochs", .right), Table.Column("steps", .right),
      Table.Column("last loss", .right), Table.Column("seconds", .right),
    ],
    rows: runs.map { run in
      [
        .plain(run.number), .text(run.kind.rawValue), .text(run.model), .text(run.status.rawValue),
        .plain(run.epochsDone), .count(run.stepsDone),
        run.lastLoss.map { .fixed($0, 4) } ?? .blank,
        run.seconds.map { Table.Cell.fixed($0, 1, .seconds).measured } ?? .blank.measured,
      ]
    })
  guard withAccuracy else { return table }
  table.columns.append(Table.Column("accuracy", .right))
  for (place, run) in runs.enumerated() {
    table.rows[place].append(run.lastAccuracy.map { .percentage($0) } ?? .blank)
  }
  return table
}

/// The runs for other programs.
private func exactTable(of runs: [RunRow], _ form: TableForm) -> Table {
  Table(
    as: form,
    [
      .number("run", nil) { Double(runs[$0].number) }, .words("kind") { runs[$0].kind.rawValue },
      .words("model") { runs[$0].model }, .words("status") { runs[$0].status.rawValue },
      .number("epochs", nil) { Double(runs[$0].epochsDone) },
      .number("steps", nil) { Double(runs[$0].stepsDone) },
      .number("last loss", nil) { runs[$0].lastLoss },
      .number("duration", "s", repeats: false) { runs[$0].seconds },
      .number("accuracy", "share") { runs[$0].lastAccuracy },
    ], count: runs.count)
}
