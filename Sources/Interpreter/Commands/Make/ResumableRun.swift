import Foundation
import Language
import SessionStore
import Text

/// A run that was stopped on its way, with what it left to go on from.
struct ResumableRun {
  /// The number by which users name it.
  var number: Int
  var run: RunRecord
  /// The newest.
  var checkpoint: CheckpointRecord

  /// "run 3, qat of student, stands at step 128 of 400, 1 of 3 epochs done".
  var words: String {
    let standing = checkpoint.standing
    return
      "run \(number), \(run.kind.rawValue) of \(run.model), stands at step \(grouped(standing.stepsDone)) of "
      + "\(grouped(standing.steps)), \(standing.epochsDone) of \(counted(standing.epochs, "epoch")) done"
  }

  /// Since when it stands there: the time of day, with the date where that is another day.
  func since(_ now: Date = Date()) -> String {
    let seen = run.course?.heartbeatAt ?? checkpoint.createdAt
    let isToday = Calendar.current.isDate(seen, inSameDayAs: now)
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = isToday ? "HH:mm" : "yyyy-MM-dd HH:mm"
    return format.string(from: seen)
  }

  /// The first line of its cell.
  var firstLine: String {
    let lines = run.command.split(separator: "\n", omittingEmptySubsequences: true)
    return "\(lines.first ?? "")\(lines.count > 1 ? " …" : "")"
  }
}

extension SessionStore {
  /// Runs that were stopped and can be taken up, the oldest first.
  func resumableRuns() throws -> [ResumableRun] {
    let checkpoints = try newestCheckpoints()
    guard !checkpoints.isEmpty else { return [] }
    return try runs().enumerated().compactMap { place, run in
      guard run.status == .interrupted, let checkpoint = checkpoints[run.id] else { return nil }
      return ResumableRun(number: place + 1, run: run, checkpoint: checkpoint)
    }
  }
}

extension Console {
  /// Says of runs that were stopped where they stand.
  func tell(stopped runs: [ResumableRun]) {
    for stopped in runs {
      let command = stopped.number == runs.last?.number ? "resume" : "resume \(stopped.number)"
      note(measured: "\(stopped.words), since \(measured: stopped.since()); \(command) goes on with it")
    }
  }
}

extension Interpreter {
  /// What there is to say, when the session opens, of the run that was stopped last.
  var resumeNote: [Output] {
    guard let last = (try? store.resumableRuns())?.last else { return [] }
    return [
      .measured(
        "\(last.words), since \(measured: last.since()); resume goes on with it: \(last.firstLine)",
        isNote: true)
    ]
  }
}
