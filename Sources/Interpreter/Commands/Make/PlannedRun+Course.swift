import Execution
import Language
import Text
import Training

/// A run in the session while it goes on.
extension PlannedRun {
  /// Writes down that it begins, or takes up where it stood.
  func begin(_ recorder: RunRecorder, _ workspace: Workspace, _ console: Console) throws -> OpenRun {
    let (open, memory) = try workspace.cellRuns.begin(
      self, settings: settings(recorder), workspace, console)
    if let memory, let standing = open.start?.standing {
      try open.restore(recorder, memory)
      console.note(
        "\(result.name) goes on after step \(grouped(standing.stepsDone)) of \(grouped(standing.steps)), "
          + "\(standing.epochsDone) of \(counted(standing.recipe.epochs, "epoch")) done")
    }
    return open
  }

  /// As they are written down of a run; `rateWords` tell how its learning rate was found.
  func settings(_ recorder: RunRecorder, rateWords: String? = nil) -> [String: String] {
    var settings = Dictionary(uniqueKeysWithValues: recipe.settings.map { ($0.name, $0.value) })
    settings["data"] = data.choice.text
    settings["teacher-logits"] = recorder.logitsWords
    settings["lr-sweep"] = rateWords
    settings[Keyword.precision.name] = recipe.precision.rawValue
    settings[Setting.threads.rawValue] = "\(Processor.threadCount)"
    if !recorder.events.isEmpty { settings["events"] = recorder.events.joined(separator: "; ") }
    return settings
  }

  /// Says whether a run that was stopped can go on.
  func tell(stopped open: OpenRun, _ console: Console) throws {
    if let failure = open.failureSoFar { console.put(.diagnostic(OpenRun.warning(failure))) }
    if try open.hasCheckpoint() {
      console.note("resume goes on with it, to the bits of a run that was not stopped")
    }
  }
}
