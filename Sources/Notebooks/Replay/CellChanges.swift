import Interpreter

/// Cells whose saved results are of another program, of other inputs or of other images than those of this run.
///
/// Such a cell is never the same, whatever it gave.
struct CellChanges {
  private let graph: DependencyGraph
  /// What is to be told, by the cells' numbers.
  private var found: [Int: Difference] = [:]
  /// Cells whose program or inputs are on record as others.
  private let onRecord: Set<Int>

  /// Takes the reasons of stale cells.
  ///
  /// What cells use is told anew by each version of the program, so it counts as changed only where the results are of
  /// this one; a program that was edited does always.
  init(_ reasons: [Int: [StaleReason]], _ graph: DependencyGraph, isOfThisVersion: Bool) {
    self.graph = graph
    onRecord = Set(reasons.filter { $0.value.contains(where: \.isOfInputs) }.keys)
    for (number, reasons) in reasons {
      for reason in reasons.reversed() {
        switch reason {
        case .edited: note("program", nil, "edited since it was saved", number)
        case .inputs(let names) where isOfThisVersion:
          note("inputs", nil, "changed since: " + names.map(\.words).joined(separator: ", "), number)
        case .inputs, .outOfOrder, .madeAgain, .earlierRun: continue
        }
      }
    }
  }

  private mutating func note(_ name: String, _ saved: String?, _ now: String, _ number: Int) {
    found[number] = Difference(
      name: name, saved: saved.map { .text($0) }, now: .text(now), verdict: .different)
  }

  /// A cell used a data set with the same words and other images than in the saved run.
  mutating func note(otherImagesIn words: String, _ number: Int) {
    note("images", nil, "others in \(words)", number)
  }

  /// What a cell uses may come from one that was changed; the cells before it are known.
  mutating func follow(_ number: Int) {
    guard found[number] == nil else { return }
    let changed = graph.nodes[number - 1].makers.filter { found[$0.value + 1]?.name == "images" }
    guard !changed.isEmpty else { return }
    note(
      "inputs", nil, "made with other images: " + changed.keys.sorted().map(\.words).joined(separator: ", "),
      number)
    found[number]?.name = "images"
  }

  func isOther(_ number: Int) -> Bool { found[number] != nil }

  /// Its saved outputs give way to those of this run, the same or not.
  func isRewritten(_ number: Int) -> Bool { isOther(number) || onRecord.contains(number) }

  func differences(_ number: Int) -> [Difference] { found[number].map { [$0] } ?? [] }
}
