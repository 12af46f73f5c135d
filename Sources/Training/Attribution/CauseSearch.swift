import GraphIR
import Quantization

/// Takes causes out of a model one after the other: of all that can be taken out, what wins back most, then the same with
/// what is left.
package struct CauseSearch {
  private let trials: AttributionTrials
  private let logits: [Float]
  let removals: CauseRemovals
  /// The model without the causes that were found, and its figures.
  private(set) var model: Model
  private(set) var current: TrialFigures
  /// What the first round tried.
  private(set) var tried: [MeasuredCause] = []
  private(set) var causes: [MeasuredCause] = []
  /// True until something was taken out.
  private(set) var isUntouched = true

  init(_ trials: AttributionTrials, _ figures: TrialFigures, logits: [Float]) throws {
    self.trials = trials
    self.logits = logits
    (model, current) = (trials.subject.quantized, figures)
    removals = CauseRemovals(trials)
  }

  mutating func add(_ cause: MeasuredCause) { causes.append(cause) }

  /// Tries removals, and keeps the one that is named as a cause; false where none wins anything back beyond chance.
  @discardableResult
  mutating func tryOut(_ candidates: [CauseRemoval]) throws -> Bool {
    var measured: [Trial] = []
    for removal in candidates where try isUntouched || shows(removal) { measured.append(try trial(removal)) }
    if tried.isEmpty { tried = measured.map(\.measured) }
    guard let chosen = named(measured) else { return false }
    let narrow = try narrowed(chosen)
    causes.append(narrow.measured)
    (model, current, isUntouched) = (narrow.removal.model, narrow.figures, false)
    return true
  }

  /// Later rounds look at so many images first.
  package static let screenImages = 500

  /// Whether a removal wins anything back on the first images, where these are a half of all or fewer.
  private func shows(_ removal: CauseRemoval) throws -> Bool {
    let count = Self.screenImages
    guard trials.images >= 2 * count else { return true }
    let hits = try trials.hits(of: removal.model, "does it show: " + removal.cause.rawValue, images: count)
    return PairedDifference(hits, Array(current.hits.prefix(count))).loss > 0
  }

  private struct Trial {
    var removal: CauseRemoval
    var figures: TrialFigures
    var measured: MeasuredCause
  }

  private func trial(_ removal: CauseRemoval) throws -> Trial {
    let words = removal.cause.rawValue + (removal.layers.count == 1 ? " of " + removal.layers[0] : "")
    let figures = try trials.figures(of: removal.model, "without " + words, beside: logits)
    return Trial(
      removal: removal, figures: figures,
      measured: MeasuredCause(
        cause: removal.cause, layers: removal.layers, figure: removal.figure,
        isOfWeights: removal.isOfWeights, isEqualized: removal.isEqualized,
        cost: PairedDifference(figures.hits, current.hits),
        accuracy: figures.accuracy))
  }

  /// Of those that win back beyond chance the one that wins most, or the most particular of those that win as much: within
  /// chance of it, or nine tenths of it.
  private func named(_ measured: [Trial]) -> Trial? {
    let costs = measured.filter(\.measured.cost.isLoss)
    guard let most = costs.max(by: { $0.measured.cost.loss < $1.measured.cost.loss }) else { return nil }
    let rivals = costs.filter { rival in
      rival.measured.cost.loss >= 0.9 * most.measured.cost.loss
        || PairedDifference(most.figures.hits, rival.figures.hits).isWithinChance
    }
    return rivals.min { one, other in
      let (first, second) = (one.removal.cause.generality, other.removal.cause.generality)
      return first == second ? one.measured.cost.loss > other.measured.cost.loss : first < second
    }
  }

  /// The same cause in its first layer alone, where that wins back as much.
  private func narrowed(_ chosen: Trial) throws -> Trial {
    guard chosen.removal.layers.count > 1 else { return chosen }
    for layer in chosen.removal.layers.prefix(3) {
      guard let narrow = try removals.narrow(chosen.removal, to: layer, from: model) else { return chosen }
      let alone = try trial(narrow)
      if alone.measured.cost.isLoss, alone.measured.cost.loss >= 0.9 * chosen.measured.cost.loss {
        return alone
      }
    }
    return chosen
  }
}
