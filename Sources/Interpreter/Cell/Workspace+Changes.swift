import Foundation
import GraphIR
import SessionStore

extension Workspace {
  /// A model with its weights, and what is to be written down of it.
  struct NewModel {
    var entry: ModelEntry
    var parameters: ParameterSet
    /// Place in `runs` of the run that made it.
    var run: Int?
    /// The model of its own name that it goes on from.
    var before: ModelEntry?

    var model: Model { Model(kind: entry.kind, graph: entry.graph, parameters: parameters) }
  }

  /// A run that came to an end, or was stopped.
  struct Run {
    var kind: RunRecord.Kind
    var model: String
    var status: RunRecord.Status
    var settings: [String: String]
    var metrics: [(key: String, step: Int, value: Double)]
    var epochsDone: Int
    var stepsDone: Int
    var startedAt: Date
    var endedAt: Date
    /// The run as it was written down while it went on.
    var open: OpenRun

    /// Seconds that it computed, in all its processes.
    var seconds: Double {
      let course = open.record.course
      return (course?.secondsBefore ?? 0) + endedAt.timeIntervalSince(course?.resumedAt ?? startedAt)
    }
  }

  enum Change {
    case save(NewModel)
    case forget(String)
    /// One that is not the current one of its name.
    case forgetVersion(VersionReference)
    case set(Setting, String)
    /// A setting that a statement relies on and that is a change only where it isn't so already.
    case settle(Setting, String)
    /// Nil takes the network of the name out.
    case define(String, NetworkDefinition?)
  }
}
