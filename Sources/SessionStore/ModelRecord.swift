package import Foundation
package import GraphIR

/// One version of a named model: everything except its weights.
package struct ModelRecord: Hashable, Sendable {
  package var name: String
  /// 1 for the first model of that name; a number is used once.
  package var version: Int
  package var kind: Model.Kind
  package var graph: Graph
  /// SHA-256 of the file with the weights, 64 hexadecimal digits.
  package var object: String
  /// Size of that file in bytes.
  package var byteCount: Int
  /// Measured numbers by name, such as `loss` and `step_ms`; `accuracy` and `recovery` are fractions.
  package var figures: [String: Double]
  /// What is to know about it in words: the data, the start, the recipe as JSON.
  package var details: [String: String]
  /// Id of the run that made it.
  package var run: String?
  /// To the millisecond.
  package var createdAt: Date
}

/// One training or QAT run and the settings that it went by.
package struct RunRecord: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable { case train, qat, distill }
  package enum Status: String, Hashable, Sendable, Codable, CaseIterable {
    case running, finished, failed
    /// Stopped by the user, or the process ended while it ran.
    case interrupted
  }

  /// A UUID as text.
  package var id: String
  package var kind: Kind
  /// Name of the model that the run makes.
  package var model: String
  package var status: Status
  package var startedAt: Date
  /// Nil while it runs, and where its process ended before it did.
  package var endedAt: Date?
  package var settings: [String: String]
  /// The cell that started it, as the user wrote it.
  package var command: String
  package var epochsDone: Int
  package var stepsDone: Int
  /// How it came to be where it is; nil of a run that was written down at its end.
  package var course: RunCourse?

  /// Seconds that it computed, in all its processes; nil where the last of them ended before it did.
  package var seconds: Double? {
    endedAt.map { (course?.secondsBefore ?? 0) + $0.timeIntervalSince(course?.resumedAt ?? startedAt) }
  }
  /// Its place among all runs of the session, from 1, by which users name it.
  package var number = 0
}

/// A cell that `undo` took back.
package struct UndoneCell: Hashable, Sendable {
  package var cell: String
  package var createdAt: Date
}
