import GraphIR
import Text
import Training

/// A way to quantize that was measured, and what was decided on it.
struct AdviceGate {
  /// Part of the names of its values: "ptq", "weights_only".
  var key: String
  /// What was tried, in words.
  var name: String
  var figures: TrialFigures
  /// Against the float model, on the same images.
  var difference: PairedDifference
  var seconds: Double
  var decision: String
  /// The cell that makes this model; nil for a measurement that only tells where the loss comes from.
  var cell: String?
  /// As it was measured; kept of the best gate alone.
  var model: Model?
  /// How it was made where that took no training.
  var recipe: PostTrainingRecipe?
}

/// What a gate's images tell of its loss and the accepted one.
enum AdviceVerdict: Hashable {
  case within, tooMuch
  /// Both are possible; so many images would tell, nil where no number would.
  case open(needed: Int?)

  init(_ difference: PairedDifference, target: Double) {
    let interval = difference.interval
    if interval.upperBound <= target {
      self = .within
    } else if interval.lowerBound > target {
      self = .tooMuch
    } else {
      self = .open(needed: difference.imagesNeeded(toDecide: target))
    }
  }
}

/// The gates that were passed on the way, in order.
struct AdvicePath {
  var source: String
  /// Whether the float model classifies each of the images right.
  var hits: [Bool]
  /// Share that may be lost.
  var target: Double
  private(set) var gates: [AdviceGate] = []

  init(source: String, hits: [Bool], target: Double) {
    self.source = source
    self.hits = hits
    self.target = target
  }

  func difference(_ figures: TrialFigures) -> PairedDifference { PairedDifference(hits, figures.hits) }

  func verdict(_ figures: TrialFigures) -> AdviceVerdict {
    figures.signalToNoise > -.infinity ? AdviceVerdict(difference(figures), target: target) : .tooMuch
  }

  func isMet(_ figures: TrialFigures) -> Bool { verdict(figures) == .within }

  /// Enters a gate; of the models that were made the best one's is kept.
  mutating func add(_ gate: AdviceGate) {
    gates.append(gate)
    let kept = bestPlace
    for place in gates.indices where place != kept { gates[place].model = nil }
  }

  mutating func decide(_ words: String, at key: String) {
    guard let place = gates.lastIndex(where: { $0.key == key }) else { return }
    gates[place].decision = words
  }

  mutating func setSeconds(_ seconds: Double) {
    if let last = gates.indices.last { gates[last].seconds = seconds }
  }

  /// The first gate that is known to keep the loss within the target, else the first that may and does so on these
  /// images, else the one that loses least.
  var best: AdviceGate? { bestPlace.map { gates[$0] } }

  private var bestPlace: Int? {
    let made = gates.indices.filter { gates[$0].cell != nil }
    return made.first { isMet(gates[$0].figures) }
      ?? made.first { mayBeMet(gates[$0]) && gates[$0].difference.loss <= target }
      ?? made.min { gates[$0].difference.loss < gates[$1].difference.loss }
  }

  /// True where some gate's images leave open whether its loss is accepted.
  var isOpen: Bool { gates.contains { $0.cell != nil && mayBeMet($0) } }

  private func mayBeMet(_ gate: AdviceGate) -> Bool { verdict(gate.figures) != .tooMuch }
}

extension AdvicePath {
  func put(_ console: Console) {
    guard !gates.isEmpty else { return }
    console.put(.table(table))
    console.note(
      "drop in points, ± the wider side of its 95 % interval, from the images on which the two models differ")
    for gate in gates {
      console.metric(source, gate.key + ".drop_points", 100 * gate.difference.loss)
      console.metrics(source, gate.key, gate.difference.interval)
      if case .open(let needed?) = verdict(gate.figures) {
        console.metric(source, gate.key + ".images_needed", Double(needed))
      }
      if gate.figures.signalToNoise.isFinite {
        console.metric(source, gate.key + ".sqnr_db", gate.figures.signalToNoise)
      }
      console.metric(source, gate.key + ".seconds", gate.seconds, reproducible: false)
    }
  }

  private var table: Table {
    Table(
      title: "the way through the flowchart",
      columns: [
        Table.Column("gate"), Table.Column("drop", .right), Table.Column("SQNR", .right),
        Table.Column("time", .right), Table.Column("decision"),
      ],
      rows: gates.map { gate in
        [
          .text(gate.name), .text(dropWords(gate.difference)), .decibels(of: gate.figures),
          .seconds(gate.seconds), .text(gate.decision),
        ]
      })
  }

  private func dropWords(_ difference: PairedDifference) -> String {
    let interval = difference.interval
    let side = max(difference.loss - interval.lowerBound, interval.upperBound - difference.loss)
    return "\(fixed(100 * difference.loss, 2)) ± \(fixed(100 * side, 2))"
  }
}

extension Console {
  /// Puts out the ends of an interval of lost accuracy, in points.
  func metrics(_ model: String, _ key: String, _ interval: ClosedRange<Double>) {
    metric(model, key + ".drop_low_points", 100 * interval.lowerBound)
    metric(model, key + ".drop_high_points", 100 * interval.upperBound)
  }
}

extension PairedDifference {
  /// "0.40 points lost (0.12 to 0.71 with 95 % confidence)", "0.10 points won (0.30 won to 0.10 lost with 95 %
  /// confidence)".
  var words: String {
    let (low, high) = (100 * interval.lowerBound, 100 * interval.upperBound)
    let isPlain = loss >= 0 && low >= 0
    let ends =
      isPlain ? "\(fixed(low, 2)) to \(fixed(high, 2))" : "\(Self.side(low)) to \(Self.side(high))"
    return "\(Self.points(100 * loss)) (\(ends) with 95 % confidence)"
  }

  /// "0.40 points lost", "0.60 points won".
  static func points(_ lost: Double) -> String {
    "\(fixed(abs(lost), 2)) points \(fixed(lost, 2).hasPrefix("-") ? "won" : "lost")"
  }

  private static func side(_ lost: Double) -> String {
    "\(fixed(abs(lost), 2)) \(fixed(lost, 2).hasPrefix("-") ? "won" : "lost")"
  }

  /// What is said where it can't be told whether a loss is within a target.
  func openWords(_ needed: Int?, target: Double) -> String {
    "with \(counted(images, "image")) it cannot be told whether that is within \(fixed(100 * target, 2)): "
      + (needed.map { "about \(grouped($0.roundedUp)) would tell" }
        ?? "it is too near for any number of images")
  }
}

extension Int {
  /// Two digits that count, upwards.
  fileprivate var roundedUp: Int {
    var step = 1
    while self / step >= 100 { step *= 10 }
    return (self + step - 1) / step * step
  }
}
