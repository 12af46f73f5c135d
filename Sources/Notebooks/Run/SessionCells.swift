package import Interpreter
import Language

/// A cell of a conversation at the prompt, and between which states of the session it ran.
package struct SessionCell: Sendable {
  package var record: CellRecord
  /// Nil where the session could not be read.
  package var before: Int64?
  package var after: Int64?

  package init(_ record: CellRecord, before: Int64?, after: Int64?) {
    self.record = record
    self.before = before
    self.after = after
  }

  /// It changed the session, or went back to an earlier one.
  package var changesSession: Bool { before != after }
}

/// What is written down of a session: cells that make it as it stands, and those of a conversation that looked at it.
package struct SessionCells: Sendable {
  package struct Written: Sendable {
    package var source: String
    /// What it gave; nil of a cell from before the conversation.
    package var record: CellRecord?
    /// Why a new run of it gives something else.
    package var stopped: [String]
    fileprivate var footprint: Footprint
  }

  /// In their order.
  package private(set) var cells: [Written] = []
  /// First lines of cells that undo took back, and of those that looked at what they had made.
  package private(set) var takenBack: [String] = []
  /// What cells use and none of them makes.
  package private(set) var missing: [String] = []

  /// `cells` are those of the conversation, in order; `lineage` is the session's as it stands.
  package init(_ ran: [SessionCell], _ lineage: SessionLineage) {
    var sorted = Sorted(lineage)
    for cell in ran { sorted.take(cell) }
    let own = Set(ran.compactMap(\.after))
    let earlier = lineage.steps.filter { !own.contains($0.state) }
    let (needed, missing) = Self.needed(earlier, by: sorted.kept, standing: lineage.known)
    cells =
      needed.map { Written(source: $0.written, stopped: $0.stopped, footprint: $0.footprint) } + sorted.kept
    takenBack = sorted.takenBack
    self.missing = missing.sorted().compactMap { name in
      if case .model(let name) = name, lineage.known.all.contains(name) { name } else { nil }
    }
  }

  /// Of cells from before, those that make what stands in the session or is used by the ones of the conversation.
  private static func needed(
    _ earlier: [SessionLineage.Step], by kept: [Written], standing: KnownNames
  ) -> (steps: [SessionLineage.Step], missing: Set<SessionName>) {
    var open = Set(standing.all.map(SessionName.model)).union([.data, .seed, .precision])
    for cell in kept.reversed() {
      open.subtract(cell.footprint.makes)
      open.formUnion(cell.footprint.uses)
    }
    var steps: [SessionLineage.Step] = []
    for step in earlier.reversed() where !step.footprint.makes.isDisjoint(with: open) {
      open.subtract(step.footprint.makes)
      open.formUnion(step.footprint.uses)
      steps.append(step)
    }
    return (steps.reversed(), open)
  }
}

/// Cells of a conversation, sorted into those that stand and those that were taken back.
private struct Sorted {
  private(set) var kept: [SessionCells.Written] = []
  private(set) var takenBack: [String] = []
  private let steps: [Int64: SessionLineage.Step]
  /// States that a cell of the conversation made.
  private var made: Set<Int64> = []
  /// What cells made that were taken back.
  private var undone: Set<SessionName> = []
  private var known: KnownNames

  init(_ lineage: SessionLineage) {
    steps = Dictionary(lineage.steps.map { ($0.state, $0) }, uniquingKeysWith: { $1 })
    known = lineage.known
  }

  mutating func take(_ cell: SessionCell) {
    guard cell.changesSession else { return look(cell) }
    guard let state = cell.after, state > cell.before ?? 0, made.insert(state).inserted,
      !footprint(cell).undoes
    else { return }
    if let step = steps[state] {
      kept.append(
        SessionCells.Written(
          source: step.written, record: cell.record, stopped: step.stopped, footprint: step.footprint))
    } else {
      undone.formUnion(footprint(cell).defines)
      takenBack.append(cell.record.source)
    }
  }

  /// A cell that only looked goes where what it looked at was taken back.
  private mutating func look(_ cell: SessionCell) {
    guard cell.record.status == .ok else { return }
    let footprint = footprint(cell)
    if looksAtUndone(cell, footprint) {
      takenBack.append(cell.record.source)
    } else {
      kept.append(
        SessionCells.Written(
          source: cell.record.source, record: cell.record, stopped: [], footprint: footprint))
    }
  }

  /// What an earlier conversation made and undo took back is not known by its names.
  private func looksAtUndone(_ cell: SessionCell, _ footprint: Footprint) -> Bool {
    guard let state = cell.before, state > SessionLineage.firstState, steps[state] == nil else {
      return false
    }
    return made.contains(state)
      ? !footprint.uses.isDisjoint(with: undone.union([.runs])) : !footprint.uses.isEmpty
  }

  private func footprint(_ cell: SessionCell) -> Footprint {
    var known = known
    return Footprint(ofProgram: cell.record.source, &known)
  }
}

extension SessionCells {
  /// What there is to say of the cells: which come from before, which were left out, and what a replay can't repeat.
  package var notes: [String] {
    var notes: [String] = []
    let earlier = cells.count { $0.record == nil }
    if earlier > 0 {
      notes.append(
        "\(earlier == 1 ? "1 cell is" : "\(earlier) cells are") from before: what stands was made by them")
    }
    if !takenBack.isEmpty {
      let lines = takenBack.map { $0.split(separator: "\n").first.map(String.init) ?? "" }
      notes.append("left out with what undo took back: " + lines.joined(separator: "; "))
    }
    let stopped = cells.flatMap(\.stopped)
    if !stopped.isEmpty {
      notes.append(
        stopped.joined(separator: "; ")
          + ": a replay trains on to the end, so its figures are others from there on")
    }
    if !missing.isEmpty {
      notes.append(
        "made by no cell that the session keeps, so a replay doesn't have it: \(missing.joined(separator: ", "))"
      )
    }
    return notes
  }
}
