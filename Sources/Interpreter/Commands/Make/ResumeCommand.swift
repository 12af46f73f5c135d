import Language
import SessionStore
import Text

/// The word with which differences are accepted.
private let anyway = "anyway"

extension Command {
  static let resume = Command(
    "resume", "go on with a run that was stopped, to the bits of one that was not",
    operands: [
      Operand(
        "a run",
        .topic(
          [Choice(anyway, "with the last run, also where its bits may come out otherwise")], besides: .runs),
        .optional),
      Operand(
        anyway, .choice([Choice(anyway, "also where its bits may come out otherwise")]), .optional),
    ],
    examples: ["resume", "resume teacher", "resume 3", "resume teacher anyway"],
    reasons:
      "The cell of the run is run again from the session as it was then, and each of its runs goes on from where it was "
      + "written down last: weights, moments, order, ranges, switches and sums. It has the threads that it had; where the "
      + "data, a teacher, the program or the machine is another, that is said, and it takes anyway.",
    footprint: { arguments, _ in
      var footprint = Footprint(uses: [.runs])
      (footprint.addsRun, footprint.changesSession) = (true, true)
      return footprint
    }
  ) { arguments, workspace in
    guard workspace.statementCount == 1 else { throw ResumeError.notAlone(arguments.verb) }
    let first = arguments.word(at: 0)
    if first == nil, let draft = workspace.library.draft { return writing(draft) }
    let accepts = first?.text == anyway || arguments.word(at: 1) != nil
    let name = first?.text == anyway ? nil : first
    let run = try stopped(name, arguments.verb, workspace)
    // What else stands against it takes reading its files, and says nothing of the words.
    guard !workspace.isTrial else { return Plan { _, _ in .done } }
    return try ResumedCell(
      run, verb: arguments.verb, range: name?.range ?? arguments.verb.range, accepts: accepts, workspace
    ).plan
  }
}

/// Writes what a cell came to, and could not be written.
private func writing(_ draft: Draft) -> Plan {
  Plan { workspace, console in
    workspace.library.draft = nil
    workspace.take(draft.workspace, cell: draft.cell)
    console.note("what was kept in memory is written into the session now")
    return .done
  }
}

/// The run that a word names by its number or its model, else the one that was stopped last.
private func stopped(
  _ word: Word?, _ verb: Word, _ workspace: Workspace
) throws -> ResumableRun {
  let resumable = try workspace.store.resumableRuns()
  guard let word else {
    guard let last = resumable.last else { throw ResumeError.nothingToResume(verb) }
    return last
  }
  if let run = resumable.last(where: { $0.run.model == word.text || "\($0.number)" == word.text }) {
    return run
  }
  let runs = try workspace.store.runs()
  guard let place = runs.indices.last(where: { runs[$0].model == word.text || "\($0 + 1)" == word.text })
  else { throw ResumeError.unknownRun(word, resumable: resumable) }
  let run = runs[place]
  guard run.status != .interrupted else {
    throw ResumeError.nothingLeft(word.range, number: place + 1, reason: "no checkpoint of it is kept")
  }
  throw ResumeError.notStopped(
    word.range, number: place + 1,
    status: run.status == .running ? "running in another process" : run.status.rawValue)
}
