import Language
import SessionStore
import Text
import Training

extension Keyword {
  static let keptCells = Keyword(
    "keep", .count(0...1000),
    otherwise: "the last 1,000 cells of the last 90 days, as long as only undo's weights take up to 2 GB",
    example: "10", "cells that undo can still take back")
}

extension Command {
  static let garbage = Command(
    "gc", "free the weights that nothing refers to, or show what that would be",
    operands: [
      Operand("what to do", .choice([Choice("show", "what would be freed; nothing is")]), .optional)
    ], keywords: [.keptCells], examples: ["gc", "gc show", "gc keep 10", "gc show keep 0"],
    reasons:
      "Kept are the models of the session, what undo and redo bring back, what all of these were started from and taught "
      + "by, and versions that a cell names. What undo holds is let go beyond its limits, or beyond the cells that keep "
      + "says: cells stay listed, and can't be taken back any more.",
    // Of what cells can name nothing changes.
    footprint: { _, _ in .nothing }
  ) { arguments, workspace in
    let limits = arguments.count(.keptCells).map(UndoLimits.last) ?? .usual
    let store = workspace.store
    if arguments.word(at: 0) != nil {
      return Plan { _, console in
        console.report(try store.garbage(undo: limits), isDone: false)
        return .done
      }
    }
    if store.isReadOnly { throw SessionError.readOnly(arguments.verb, holder: store.lockHolder) }
    guard workspace.statementCount == 1 else { throw StatementError.undoNotAlone(arguments.verb) }
    return Plan { _, console in
      let freed = try store.freeGarbage(undo: limits) { done, total in
        console.progress { Progress(activity: "look at files of weights", done: done, total: total) }
        return !console.cancellation.isCancelled
      }
      console.report(freed, isDone: true)
      guard !console.cancellation.isCancelled else {
        console.note("stopped; gc goes on with what is left")
        return .interrupted
      }
      return .done
    }
  }
}

extension Console {
  fileprivate func report(_ garbage: Garbage, isDone: Bool) {
    if garbage.isNothing {
      text("there is nothing to free: everything in the session is referred to")
    } else {
      let files = "\(counted(garbage.files, "file")) of weights, \(byteCount(Double(garbage.byteCount)))"
      text(isDone ? "freed: \(files)" : "gc would free \(files)")
      if !garbage.versions.isEmpty {
        let shown = garbage.versions.prefix(20).map(\.text)
        let rest = garbage.versions.count - shown.count
        text(
          "versions that go: " + shown.joined(separator: ", ")
            + (rest > 0 ? " and \(grouped(rest)) more" : ""))
      }
      if garbage.settledCells > 0 {
        note(
          "undo \(isDone ? "can" : "could") take \(counted(garbage.settledCells, "older cell")) back no more")
      }
    }
    for (key, value) in [("freed_bytes", garbage.byteCount), ("freed_files", garbage.files)] {
      put(.metric(Metric("gc.\(key)", Double(value), since: 3)))
    }
  }
}

extension Interpreter {
  /// Bytes of weights from which on a session offers to free some.
  static let sizeToSpeakOf = 1_000_000_000

  /// What there is to say of a session that has grown; nil where little is to be freed, or that was said.
  func growthNote() throws -> String? {
    let size = try store.size()
    guard size.weights > max(Self.sizeToSpeakOf, sizeSpokenOf / 2 * 3), size.notCurrent > size.weights / 4
    else {
      return nil
    }
    sizeSpokenOf = size.weights
    let free = try store.garbage().byteCount
    let held = try store.garbage(undo: .last(10)).byteCount
    var parts = ["the weights of this session take \(byteCount(Double(size.weights)))"]
    if free > size.weights / 8 {
      parts.append("gc frees \(byteCount(Double(free))) that nothing refers to")
    } else if held > size.weights / 8 {
      parts.append("gc keep 10 frees \(byteCount(Double(held))) that only undo holds")
    } else {
      return nil
    }
    return parts.joined(separator: "; ") + " (gc show tells what)"
  }
}
