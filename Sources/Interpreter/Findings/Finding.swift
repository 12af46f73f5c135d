package import Language

/// Something that a run or its figures show and that its maker should know of: a record with an id, as diagnostics are.
package struct Finding: Sendable, Codable, Equatable {
  /// The number that shows it; always finite.
  package struct Figure: Sendable, Codable, Equatable {
    /// "student.change_points".
    package var name: String
    package var value: Double

    package init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// That of its kind, which stays the same when the wording changes: `accuracy-fell`.
  package var id: String
  package var severity: Diagnostic.Severity
  /// Names the figure; in lower case and without a full stop.
  package var message: String
  package var figure: Figure
  /// What it most likely comes from, in a clause.
  package var cause: String
  /// The cell that repairs it or looks further, which can be run as it stands; nil where none can.
  package var cell: String?
  /// The words of the cell that it comes from; nil where it is no place in it.
  package var range: SourceRange?

  /// As it is drawn, and as it stands among the cell's diagnostics where it has a place there.
  package var diagnostic: Diagnostic {
    Diagnostic(
      id: id, severity: severity, message: message, range: range,
      notes: [cause] + (cell.map { ["try: " + $0] } ?? []))
  }
}

/// What was seen, before it is known which of the cells that would help can be run in this session.
package struct Sighting: Sendable {
  package var message: String
  package var figure: Finding.Figure
  package var cause: String
  /// The best first.
  package var cells: [String]

  package init(_ message: String, figure: Finding.Figure, cause: String, cells: [String?] = []) {
    self.message = message
    self.figure = figure
    self.cause = cause
    self.cells = cells.compactMap { $0 }
  }
}

extension Workspace {
  /// A finding of a kind, with the first of its cells that can be run here.
  func finding(_ kind: FindingKind, _ sighting: Sighting, at range: SourceRange? = nil) -> Finding {
    Finding(
      id: kind.id, severity: kind.severity, message: sighting.message, figure: sighting.figure,
      cause: sighting.cause, cell: runnable(sighting.cells), range: range)
  }

  /// Everything that a run's figures show.
  func findings(in evidence: RunEvidence) -> [Finding] {
    FindingKind.seen(in: evidence).map { finding($0.kind, $0.sighting) }
  }
}
