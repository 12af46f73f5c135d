import Execution
import GraphIR
import Language
import SessionStore
import Text
import Training

extension Comparison {
  /// What the columns mean, and what follows from them.
  var notes: [String] { [precisionNote, chanceNote].compactMap { $0 } + recoveryNotes + originNotes }

  private var precisionNote: String? {
    precision == .float32
      ? nil : "float models multiply \(precision.rawValue); the others have arithmetic of their own"
  }

  /// What changes are against, and which are no more than chance.
  private var chanceNote: String? {
    let references = references
    guard let only = references.first else { return nil }
    let against = namesReferences ? "the model that is named under \"against\"" : only
    let compared = rows.filter { difference(of: $0) != nil }
    var note = "change (in points), ratio and speed are against \(against)"
    guard !compared.isEmpty else { return note }
    note +=
      "; ± points: how far its 95 % interval reaches from it towards 0, by the test images on which the two models differ"
    let alike = compared.filter(isWithinChance).map(\.entry.name)
    return note + "; " + (alike.isEmpty ? "no change is within chance" : "within chance: " + sentence(alike))
  }

  /// Batches are smaller where passes take long.
  var speedNote: MeasuredText? {
    guard let speed = rows.first?.speed else { return nil }
    let size = "\(speed.batchSize)"
    return "latency and speed are of one image, images/s of batches of \(measured: size): \(speedWords())"
  }

  private var originNotes: [String] {
    rows.compactMap { row in
      row.entry.origin(among: models).mark.map { mark in
        let version = row.entry.origin(.start)?.text ?? ""
        let remedy =
          versions.contains(version)
          ? "compare \(row.entry.name) sets it against what it was made from" : "make it again to compare it"
        return "\(row.entry.name) is \(mark), so it is set against nothing: \(remedy)"
      }
    }
  }
}

// Recovery.
extension Comparison {
  /// What a QAT model is set against: the float model that it came from, and that model quantized to the same grids
  /// after training.
  private struct Baseline {
    var float, ptq: Row
    /// What the second loses against the first.
    var difference: PairedDifference

    var isBeyondChance: Bool { difference.interval.lowerBound > 0 }
  }

  private func isQuantizedInTraining(_ row: Row) -> Bool {
    switch row.entry.method(among: models) {
    case .qat, .distilledQAT: true
    case .float, .distilledFloat, .dynamic, .ptq: false
    }
  }

  private func floatRow(of row: Row) -> Row? {
    row.entry.floatOrigin(among: models).flatMap { self.row($0.name) }
  }

  private func baseline(of row: Row) -> Baseline? {
    guard isQuantizedInTraining(row), let float = floatRow(of: row),
      let policy = row.entry.policy(among: models)
    else { return nil }
    let ptq = rows.first { other in
      other.entry.method(among: models) == .ptq
        && other.entry.floatOrigin(among: models)?.name == float.entry.name
        && other.entry.policy(among: models)?.hasGrids(of: policy, in: float.entry.graph) ?? false
    }
    return ptq.map { Baseline(float: float, ptq: $0, difference: PairedDifference(float.hits, $0.hits)) }
  }

  /// (QAT − PTQ) / (FP32 − PTQ); nil where there is no such row, or its loss is within chance.
  func recovery(of row: Row) -> Double? {
    guard let baseline = baseline(of: row), baseline.isBeyondChance else { return nil }
    return (row.accuracy - baseline.ptq.accuracy) / baseline.difference.loss
  }

  /// True where what training won back may be nothing.
  func recoversWithinChance(_ row: Row) -> Bool {
    guard let baseline = baseline(of: row) else { return false }
    return PairedDifference(baseline.ptq.hits, row.hits).isWithinChance
  }

  /// What recovery is measured against, or why it is not: a sentence for each baseline, and for each that is missing.
  private var recoveryNotes: [String] {
    let trained = rows.filter(isQuantizedInTraining)
    let baselines = trained.compactMap(baseline(of:))
    let several = Set(baselines.map(\.ptq.entry.name)).count > 1
    var notes: [String] = []
    for baseline in baselines {
      let name = baseline.ptq.entry.name
      let own = trained.filter { self.baseline(of: $0)?.ptq.entry.name == name }.map(\.entry.name)
      let what = several ? "recovery of \(sentence(own))" : "recovery"
      let note =
        baseline.isBeyondChance
        ? "\(what): share of what \(name) lost, \(fixed(100 * baseline.difference.loss, 2)) points, that training won back"
        : "\(what) is left out: against the float model, \(name) has \(baseline.difference.words), which is within chance"
      if !notes.contains(note) { notes.append(note) }
    }
    // Several baselines have names that differ, and one for each of the grids.
    var cells: [String] = []
    var taken: Set<String> = []
    for row in trained where baseline(of: row) == nil {
      guard let float = floatRow(of: row)?.entry.name,
        let options = row.entry.policy(among: models)?.gridOptions
      else { continue }
      let command = ([Command.ptq.name, float] + options).joined(separator: " ")
      let name = freeName(for: float, taken)
      guard !cells.contains(command), isUnderstood(name + " = " + command) else { continue }
      cells.append(command)
      taken.insert(name)
      notes.append(missingBaseline(of: float, cell: name + " = " + command))
    }
    return notes
  }

  /// How models that were made from a float model get a baseline.
  private func missingBaseline(of float: String, cell: String) -> String {
    // A model of the family that is not compared may have the same grids.
    let others = known.models.filter { $0.kind == .integer && $0.start == float && self.row($0.name) == nil }
    guard !others.isEmpty else { return "for the recovery, add a post-training baseline: \(cell)" }
    return "for the recovery, name a post-training baseline with the same grids too "
      + "(\(sentence(others.map(\.name), "or")), if it has them), or make one: \(cell)"
  }

  /// "baseline", or what is not taken.
  private func freeName(for float: String, _ taken: Set<String>) -> String {
    func isFree(_ name: String) -> Bool { !known.knows(name) && !taken.contains(name) }
    let usual = ["baseline", float + "-ptq"]
    let numbered = (2...99).lazy.map { "\(float)-ptq\($0)" }
    return usual.first(where: isFree) ?? numbered.first(where: isFree) ?? "baseline"
  }
}

/// True where a cell binds as it stands, so that it can be shown to be written.
func isUnderstood(_ cell: String) -> Bool {
  let program = parse(cell, vocabulary: Command.vocabulary)
  return program.diagnostics.isEmpty && bind(program).diagnostics.isEmpty
}
