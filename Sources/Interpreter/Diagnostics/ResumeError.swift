import Language
import SessionStore
import Text

/// Why a run can't be taken up.
enum ResumeError: Error {
  case nothingToResume(Word)
  /// No run has the number, or made a model of the name.
  case unknownRun(Word, resumable: [ResumableRun])
  /// The run ended, or goes on in another process, or left nothing to go on from.
  case notStopped(SourceRange, number: Int, status: String)
  case nothingLeft(SourceRange, number: Int, reason: String)
  case notAlone(Word)
  /// Its bits could be others; as clauses.
  case differs(SourceRange, [String])
  case threadsRefused(SourceRange, wanted: Int, given: Int)
  /// The checkpoint belongs to another run: a noun.
  case misfit(SourceRange, String)
  /// The cell that is run again fails.
  case cellFails(Word, cell: String, Diagnostic)
}

extension ResumeError: DiagnosedError {
  var diagnostic: Diagnostic {
    switch self {
    case .nothingToResume(let verb):
      complaint(
        "nothing-to-resume", "no run of this session was stopped on its way", at: verb.range,
        remedy: "runs lists them; train NAME goes on with a float model that is finished")
    case .unknownRun(let word, let resumable):
      unknownName(
        "unknown-run", "no run that was stopped has the number or the name \"\(word.text)\"", word,
        known: resumable.map(\.run.model), noun: "run")
    case .notStopped(let range, let number, let status):
      complaint(
        "not-stopped", "run \(number) was not stopped on its way: it is \(status)", at: range,
        remedy: "runs lists those that were")
    case .nothingLeft(let range, let number, let reason):
      complaint(
        "nothing-to-resume", "there is nothing left of run \(number) to go on from: \(reason)", at: range,
        remedy: "run its cell again: show run \(number)")
    case .notAlone(let verb):
      complaint(
        "not-alone", "\(verb.text) runs a whole cell again, and stands in one of its own", at: verb.range,
        remedy: "put it into a cell alone")
    case .differs(let range, let differences):
      complaint(
        "resume-differs", "it would not end in the bits of a run that was not stopped: \(differences[0])",
        at: range,
        remedy: (differences.count > 1 ? "and " + differences.dropFirst().joined(separator: "; ") + "; " : "")
          + "to go on all the same, write anyway behind it")
    case .threadsRefused(let range, let wanted, let given):
      complaint(
        "threads-refused", "the run had \(counted(wanted, "thread")), and the system gives \(given)",
        at: range,
        remedy: "to go on with \(given), write anyway behind it")
    case .misfit(let range, let what):
      complaint(
        "resume-differs", "the checkpoint is another run's: \(what) differs", at: range,
        remedy: "run the cell again")
    case .cellFails(let verb, let cell, let inner):
      Diagnostic(
        id: inner.id, severity: .error, message: inner.message, range: verb.range,
        notes: inner.notes + ["in the cell that it runs again: \(cell)"])
    }
  }
}
