import Text

extension NotebookReplay {
  /// The notebook with the results of cells that aren't the same or whose program or inputs were changed, and the
  /// spread that other seeds gave; nil where there is nothing to write.
  func updated(_ seeds: SeedRuns?) -> Notebook? {
    guard report.isWhole else { return nil }
    var updated = notebook
    var number = 0
    for index in updated.cells.indices where updated.cells[index].kind == .code {
      number += 1
      let replayed = report.cells[number - 1]
      let node = graph.nodes[number - 1]
      switch replayed.verdict {
      case .skipped, .failed: continue
      case .same where !replayed.isOfOtherInputs && CellResults(saved: updated.cells[index]) != nil:
        if updated.cells[index].isOfEarlierRun { updated.cells[index].noteReached() }
        if !updated.cells[index].hasProvenance { updated.cells[index].noteProvenance(node, number) }
      case .same, .withinTolerance, .different, .new:
        updated.cells[index].keep(replayed.record, node, plainText: runner.presenter.plainText)
      }
      if let spread = seeds?.spread(of: replayed.record) { updated.cells[index].note(spread) }
    }
    updated.putInOrder(ran: report.cells.map { $0.verdict != .skipped && $0.verdict != .failed })
    let isTouched = updated != notebook
    let before = updated.root
    updated.noteRun(runner.parameters, environment)
    // What the run was is on record; a newer format alone is nothing to write.
    if !isTouched, updated.root.isLike(before) { return nil }
    return updated
  }
}

extension Notebook {
  /// Numbers cells that ran by their places, where their numbers say that one ran before another above it.
  ///
  /// `ran` has an entry for each code cell.
  fileprivate mutating func putInOrder(ran: [Bool]) {
    let code = cells.indices.filter { cells[$0].kind == .code }
    let places = zip(code, 1...).filter { ran[$0.1 - 1] }
    let counts = places.map { cells[$0.0].members["execution_count"]?.integer }
    let isInOrder =
      counts.allSatisfy { $0 != nil } && zip(counts, counts.dropFirst()).allSatisfy { ($0 ?? 0) < ($1 ?? 0) }
    guard !isInOrder else { return }
    for (place, number) in places where cells[place].members["execution_count"]?.integer != number {
      cells[place].renumber(number)
    }
  }
}

extension JSONObject {
  /// The same notes of the run, but for the number of their format.
  fileprivate func isLike(_ other: JSONObject) -> Bool {
    var (one, two) = (self, other)
    for key in ["metadata"] {
      one.change(key) { $0.change("qatlab") { $0["format"] = nil } }
      two.change(key) { $0.change("qatlab") { $0["format"] = nil } }
    }
    return one == two
  }
}
