import Language
import SessionStore
import Text

/// The cells that made a session what it is, and what each makes of what.
package struct SessionLineage: Sendable {
  /// A cell that changed the session.
  package struct Step: Sendable {
    /// Numbers the state of the session behind it.
    package var state: Int64
    package var source: String
    package var footprint: Footprint
    /// What a new run of it makes otherwise: "teacher was stopped after 12 steps".
    package var stopped: [String] = []

    /// The cell as it is written down, with a comment where a new run of it goes on to its end.
    package var written: String {
      stopped.map { "# \($0) here, and kept so: a run of this cell goes on to its end\n" }.joined() + source
    }
  }

  /// Oldest first.
  package private(set) var steps: [Step] = []
  /// The state of a new session, which no cell made.
  package static let firstState: Int64 = 1
  /// What the steps make known.
  package private(set) var known = KnownNames()

  package init(_ interpreter: Interpreter) throws { try self.init(interpreter.store) }

  init(_ store: SessionStore) throws {
    var made: [Int64: [VersionReference]] = [:]
    for (text, state) in try store.makers() {
      if let reference = VersionReference(text) { made[state, default: []].append(reference) }
    }
    for step in try store.steps() {
      // Numbers were used up by cells that undo took back.
      for reference in (made[step.state] ?? []).sorted(by: { $0.version > $1.version }) {
        known.expect(reference)
      }
      add(step.cell, state: step.state, stopped: step.stopped.map(Self.words))
    }
  }

  /// Adds a cell that comes after all others.
  mutating func add(_ source: String, state: Int64, stopped: [String] = []) {
    let footprint = Footprint(ofProgram: source, &known)
    steps.append(Step(state: state, source: source, footprint: footprint, stopped: stopped))
  }

  /// "teacher was stopped after 12 steps, in epoch 2".
  private static func words(_ run: RunRecord) -> String {
    "\(run.model) was stopped after \(counted(run.stepsDone, "step"))"
      + (run.epochsDone > 0 ? ", \(counted(run.epochsDone, "whole epoch"))" : "")
  }

  /// The steps that make what is wanted, with all that they use, the oldest first; and what no step makes.
  ///
  /// Of steps that make the same again, the last counts.
  package func steps(making wanted: Set<SessionName>) -> (steps: [Step], missing: Set<SessionName>) {
    var open = wanted
    var found: [Step] = []
    for step in steps.reversed() where !step.footprint.makes.isDisjoint(with: open) {
      open.subtract(step.footprint.makes)
      open.formUnion(step.footprint.uses)
      found.append(step)
    }
    return (found.reversed(), open)
  }
}

extension Interpreter {
  /// Numbers the session as it stands: it is another after each cell that changed it; nil where it can't be read.
  package var state: Int64? { try? store.currentState() }
}
