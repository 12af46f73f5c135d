import GraphIR

/// Which epoch's weights a run ends with, and when it ends by itself; both go by the data's validation images.
package struct EpochSelection: Hashable, Sendable, Codable {
  /// The run ends with the weights of its best epoch, not with those of its last.
  package var keepsBest: Bool
  /// So many epochs in a row that are no better than the best end the run; nil goes to the last.
  package var patience: Int?

  package init(keepsBest: Bool = false, patience: Int? = nil) {
    self.keepsBest = keepsBest
    self.patience = patience
  }
}

/// Follows a run's epochs and keeps the best of them.
///
/// Better is a higher accuracy, and of equal accuracies a lower loss: few images give few accuracies.
package struct EpochChoice {
  private let selection: EpochSelection?
  private var highest: EpochReport?
  private var waited = 0
  /// The best epoch so far with its model; nil where none is to be kept.
  private(set) var best: (report: EpochReport, model: Model)?

  /// What it remembers beside the best epoch's model.
  package struct Memory: Codable, Sendable {
    var highest: EpochReport?
    var waited: Int
    /// The epoch whose model is kept.
    var best: EpochReport?
  }

  init(_ selection: EpochSelection?) { self.selection = selection }

  /// Goes on from what was remembered, with the best epoch's model.
  init(_ selection: EpochSelection?, _ memory: Memory, model: Model) {
    self.selection = selection
    (highest, waited) = (memory.highest, memory.waited)
    best = memory.best.map { ($0, model) }
  }

  var memory: Memory { Memory(highest: highest, waited: waited, best: best?.report) }

  /// True where the run has waited long enough for a better epoch.
  var isOver: Bool { selection?.patience.map { waited >= $0 } ?? false }

  mutating func see(_ report: EpochReport, _ model: Model) {
    guard let selection else { return }
    if let highest, (report.testAccuracy, -report.testLoss) <= (highest.testAccuracy, -highest.testLoss) {
      waited += 1
      return
    }
    (highest, waited) = (report, 0)
    if selection.keepsBest { best = (report, model) }
  }
}
