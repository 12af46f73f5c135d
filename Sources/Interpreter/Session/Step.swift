/// How a step of a cell ended.
package enum StepEnding: Sendable {
  case done
  /// Stopped at the user's wish; what the draft holds is kept, the steps after it are not run.
  case interrupted
}

/// What a planned statement does: it changes the draft and speaks through the console.
package struct Step {
  package var run: (inout Draft, Console) throws -> StepEnding

  package init(_ run: @escaping (inout Draft, Console) throws -> StepEnding) { self.run = run }
}
