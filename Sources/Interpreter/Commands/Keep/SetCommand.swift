import Execution
import Language

extension Keyword {
  fileprivate static let sessionSeed = Keyword(
    "seed", .count(seedRange), otherwise: "0", example: "7",
    "seed of runs that name none: first weights, order, drawn images")
  static let precision = Keyword(
    "precision",
    .choice([
      Choice("f32", "floats"),
      Choice("bf16", "8 bits of mantissa, where the processor multiplies them: faster, in half the memory"),
    ]), otherwise: "f32", example: "bf16", "what convolutions multiply in train, distill and qat")
  fileprivate static let highlight = Keyword(
    "highlight",
    .choice([
      Choice(Switch.on.rawValue, "as it is typed, with hints in grey"), Choice(Switch.off.rawValue, "plain"),
    ]), otherwise: "on", example: "off", "colours in the line that is typed at the prompt")
}

extension Command {
  static let set = Command(
    "set", "change a setting of the session; alone, list them",
    keywords: [.sessionSeed, .precision, .highlight],
    examples: ["set seed 7", "set precision f32"],
    footprint: { arguments, _ in
      guard !arguments.clauses.isEmpty else { return Footprint(uses: [.seed, .precision, .data]) }
      var footprint = Footprint(serving: .beside)
      if arguments.has(.sessionSeed) { footprint.defines.insert(.seed) }
      if arguments.has(.precision) { footprint.defines.insert(.precision) }
      footprint.changesSession = true
      return footprint
    }
  ) { arguments, workspace in
    let seed = arguments.count(.sessionSeed)
    let precision = arguments.word(.precision)
    let highlight = arguments.word(.highlight)
    if seed == nil && precision == nil && highlight == nil { return listing(workspace) }
    var changes: [(setting: Setting, value: String, words: String)] = []
    if let seed { changes.append((.seed, "\(seed)", "seed \(seed), for runs that name none")) }
    if let precision, let value = TrainingPrecision(rawValue: precision.text) {
      guard value.isSupported else { throw StatementError.precisionUnsupported(precision, value) }
      changes.append((.precision, value.rawValue, words(of: value)))
    }
    if let value = highlight.flatMap({ Switch(rawValue: $0.text) }) {
      changes.append((.highlight, value.rawValue, "highlight \(value.rawValue), at the prompt"))
    }
    return Plan(changes: changes.map { .set($0.setting, $0.value) }) { [changes] _, console in
      for change in changes { console.text(change.words) }
      if let seed { console.put(.metric(Metric("session.seed", Double(seed), since: 3))) }
      return .done
    }
  }
}

private func listing(_ workspace: Workspace) -> Plan {
  let rows: [[Table.Cell]] = [
    ["seed", .plain(workspace.sessionSeed)], ["precision", .text(workspace.precision.rawValue)],
    ["highlight", .text(workspace.highlight.rawValue)],
    ["data", .text(workspace.dataWords ?? "not chosen")],
  ]
  return Plan { _, console in
    console.put(.table(Table(columns: [Table.Column("setting"), Table.Column("value")], rows: rows)))
    return .done
  }
}

private func words(of precision: TrainingPrecision) -> String {
  switch precision {
  case .float32: "precision f32: train, distill and qat compute in floats"
  case .bfloat16:
    "precision bf16: in train, distill and qat, convolutions multiply bf16 and add floats; weights and evaluation stay f32"
  }
}
