/// Whether a cell that is being typed can run as it stands.
package enum Completeness: Equatable, Sendable {
  case complete
  /// The line goes on, for a reason such as `( is open` or `after ,`.
  case incomplete(reason: String)
  /// No further line can mend it.
  case invalid
}

/// Whether a program ends where a statement can end.
///
/// Only its form counts: a complete program may still name a command that doesn't exist. A string that its
/// line doesn't close is invalid, for a string ends with its line; after a backslash in it, it is open.
package func completeness(of source: String) -> Completeness {
  var cell = GrowingCell()
  return cell.read(source)
}
