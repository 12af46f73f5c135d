import Execution
import GraphIR
import Language
import Quantization
import Text
import Training

/// The distributions of one layer of a model that is known to fit the data.
struct PlannedHistogram {
  var sample: LayerSample
  /// Nil for the model's own width.
  var bits: Int?

  private var name: String { sample.name }

  func run(_ workspace: Workspace, _ console: Console) throws -> PlanEnding {
    let network = try sample.open(workspace, console)
    let distribution = try sample.distribution(in: network, bits: bits, activity: "histogram", console)
    guard let result = distribution else { return .interrupted }
    let entry = try workspace.entry(sample.model)
    let batches = sample.batches
    let images = "\(counted(batches.count, "batch", plural: "batches")) of \(batches.size) images"
    show(
      Part(
        key: "weights", title: "\(name): weights\(folded(entry.graph))", xLabel: "weight",
        yLabel: "weights a bin", grid: result.weightGrid), result.weights, console)
    show(
      Part(
        key: "outputs", title: "\(name): outputs\(origin(entry.graph)), \(images)", xLabel: "activation",
        yLabel: "activations a bin", grid: result.outputGrid), result.outputs, console)
    return .done
  }

  /// One of the two tensors, as it is called.
  private struct Part {
    var key: String
    var title: String
    var xLabel: String
    var yLabel: String
    var grid: QuantizationGrid
  }

  private func show(_ part: Part, _ distribution: TensorDistribution?, _ console: Console) {
    guard let distribution else {
      console.text("\(part.title): none of them is finite")
      return
    }
    console.put(
      .histogram(
        Histogram(
          title: part.title, xLabel: part.xLabel, yLabel: part.yLabel,
          countScale: countScale(distribution.counts), edges: distribution.edges,
          counts: distribution.counts, markers: markers(distribution, part.grid))))
    console.put(.table(table(distribution.candidates, part)))
    for candidate in distribution.candidates { console.metrics(of: candidate, name + "." + part.key) }
    if let note = best(distribution.candidates, part) { console.note(note) }
  }

  private func group(_ graph: Graph) -> LayerGroup? {
    graph.layerGroups.first { graph.nodes[$0.head].name == sample.layer }
  }

  private func folded(_ graph: Graph) -> String {
    group(graph)?.norm == nil ? "" : ", batch norm folded in"
  }

  /// What of the layer's group comes before its output.
  private func origin(_ graph: Graph) -> String {
    guard let group = group(graph) else { return "" }
    let parts = [
      group.norm.map { _ in "batch norm" }, group.add.map { _ in "addition" },
      group.activation.map { graph.nodes[$0].operation.activationName },
    ].compactMap { $0 }
    return parts.isEmpty ? "" : " after " + sentence(parts)
  }

  private func words(_ candidate: TensorDistribution.Candidate, _ grid: QuantizationGrid) -> String {
    switch candidate.origin {
    case .observer(let kind): kind.name
    case .perChannel: "minmax a channel"
    case .model:
      "\(sample.model) itself"
        + (candidate.parameters.first.map { $0.grid.bits == grid.bits ? "" : ", \($0.grid.bits) bits" } ?? "")
    }
  }

  /// Both ends of each range; ranges that are equal share their marks.
  ///
  /// Where no value is below 0, nothing is clipped there, and only the upper ends are marked.
  private func markers(_ distribution: TensorDistribution, _ grid: QuantizationGrid) -> [Histogram.Marker] {
    var groups: [(names: [String], range: ObservedRange)] = []
    let isPositive = (distribution.edges.first ?? 0) >= 0
    for candidate in distribution.candidates where candidate.origin != .perChannel {
      let name = words(candidate, grid)
      if let index = groups.firstIndex(where: { $0.range == candidate.range }) {
        groups[index].names.append(name)
      } else {
        groups.append(([name], candidate.range))
      }
    }
    return groups.flatMap { group in
      (isPositive ? [group.range.maximum] : [group.range.minimum, group.range.maximum]).map {
        Histogram.Marker(name: group.names.joined(separator: ", "), position: Double($0))
      }
    }
  }

  private func table(_ candidates: [TensorDistribution.Candidate], _ part: Part) -> Table {
    Table(
      title: "\(part.key) on \(part.grid.minimum)…\(part.grid.maximum), \(part.grid.bits) bits",
      columns: [
        Table.Column("range by"), Table.Column("range", .right), Table.Column("scale", .right),
        Table.Column("zero point", .right), Table.Column("clipped", .right), Table.Column("SQNR", .right),
      ],
      rows: candidates.map { candidate in
        let (least, greatest) = candidate.scales
        return [
          .text(words(candidate, part.grid)),
          .interval(candidate.range.minimum, candidate.range.maximum), .scales(least, greatest),
          candidate.parameters.first.map { .plain($0.zeroPoint) } ?? .blank,
          .percentage(candidate.loss.clipped, 3), .decibels(of: candidate.loss),
        ]
      })
  }
}

// What follows from the rows.
extension PlannedHistogram {
  /// Who loses least of all rows, and of the ranges that hold for the whole tensor; rows that show the same are named
  /// together.
  private func best(_ candidates: [TensorDistribution.Candidate], _ part: Part) -> String? {
    guard let least = least(of: candidates, part) else { return nil }
    let whole = candidates.filter { $0.parameters.count < 2 }
    var words = "\(part.key): least is lost with \(least.words)"
    if whole.count < candidates.count, let other = self.least(of: whole, part), other.words != least.words {
      words += "; of the ranges for the whole tensor with \(other.words)"
    }
    let grid = least.candidate.parameters.first
    return words
      + (grid.map {
        "; values spread evenly over its grid would have \(fixed($0.evenSpreadRatio, 1)) dB, which is no bound"
      }
        ?? "")
  }

  /// The row with the greatest ratio, with all that show the same: "mse and histogram, 41.9 dB"; nil where none has one.
  private func least(
    of candidates: [TensorDistribution.Candidate], _ part: Part
  ) -> (candidate: TensorDistribution.Candidate, words: String)? {
    func shown(_ candidate: TensorDistribution.Candidate) -> String {
      Table.Cell.decibels(of: candidate.loss).text
    }
    guard let best = candidates.filter({ $0.loss.power > 0 }).min(by: { $0.loss.noise < $1.loss.noise })
    else {
      return nil
    }
    let equal = candidates.filter { shown($0) == shown(best) }.map { words($0, part.grid) }
    return (best, sentence(equal) + ", " + shown(best))
  }
}

/// Logarithmic where the fullest bin would leave most others without a visible bar.
private func countScale(_ counts: [Int]) -> Histogram.CountScale {
  let filled = counts.filter { $0 > 0 }.sorted()
  guard let most = filled.last else { return .linear }
  return most > 50 * filled[filled.count / 2] ? .logarithmic : .linear
}

extension TensorDistribution.Candidate {
  fileprivate var scales: (least: Float, greatest: Float) {
    let scales = parameters.map(\.scale)
    return (scales.min() ?? 0, scales.max() ?? 0)
  }
}

extension TensorDistribution.Candidate.Origin {
  fileprivate var key: String {
    switch self {
    case .observer(let kind): String(kind.name.map { $0 == "-" ? "_" : $0 })
    case .perChannel: "per_channel"
    case .model: "own"
    }
  }
}

extension Console {
  fileprivate func metrics(of candidate: TensorDistribution.Candidate, _ name: String) {
    let key = candidate.origin.key
    metric(name, key + ".minimum", Double(candidate.range.minimum))
    metric(name, key + ".maximum", Double(candidate.range.maximum))
    metric(name, key + ".scale", Double(candidate.scales.greatest))
    metric(name, key + ".zero_point", Double(candidate.parameters.first?.zeroPoint ?? 0))
    metric(name, key + ".clipped", candidate.loss.clipped, cases: candidate.loss.count)
    if let ratio = candidate.loss.signalToNoise { metric(name, key + ".sqnr_db", ratio) }
  }
}

extension GraphIR.Operation {
  fileprivate var activationName: String {
    if case .activation(let activation) = self { activation.description } else { "activation" }
  }
}
