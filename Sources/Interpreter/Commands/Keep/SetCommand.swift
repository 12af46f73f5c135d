import Execution
import Language
import Text

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
  fileprivate static let threads = Keyword(
    "threads",
    .either([
      .choice([Choice(processThreads, "as many as the process has by itself: OMP_NUM_THREADS, or one a core")]
      ),
      .count(1...1024),
    ]), otherwise: processThreads, example: "2",
    "what kernels run on: in training, in inference and while speeds are measured")
  fileprivate static let processThreads = "auto"
  fileprivate static let highlight = Keyword(
    "highlight",
    .choice([
      Choice(Switch.on.rawValue, "as it is typed, with hints in grey"), Choice(Switch.off.rawValue, "plain"),
    ]), otherwise: "on", example: "off", "colours in the line that is typed at the prompt")
}

extension Command {
  static let set = Command(
    "set", "change a setting of the session; alone, list them",
    keywords: [.sessionSeed, .precision, .threads, .checkpoint, .minutes, .highlight],
    examples: [
      "set seed 7", "set precision f32", "set threads 2", "set threads auto", "set checkpoint 5 min",
      "set checkpoint off",
    ],
    reasons:
      "Sums are added in an order that may depend on the threads, so results are the same to the last bit with the same "
      + "number. It is recorded with each run; qatlab replay computes with the saved run's number, or the one that --threads "
      + "gives, and a cell that sets another is followed.",
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
    guard !arguments.clauses.isEmpty else { return listing(workspace) }
    var changes: [(setting: Setting, value: String, words: String)] = []
    if let seed { changes.append((.seed, "\(seed)", "seed \(seed), for runs that name none")) }
    if let precision, let value = TrainingPrecision(rawValue: precision.text) {
      guard value.isSupported else { throw StatementError.precisionUnsupported(precision, value) }
      changes.append((.precision, value.rawValue, words(of: value)))
    }
    if let change = try threadChange(arguments) { changes.append(change) }
    if let change = try checkpointChange(arguments) { changes.append(change) }
    if let value = highlight.flatMap({ Switch(rawValue: $0.text) }) {
      changes.append((.highlight, value.rawValue, "highlight \(value.rawValue), at the prompt"))
    }
    return Plan(changes: changes.map { .set($0.setting, $0.value) }) { [changes] workspace, console in
      try requireThreads(workspace, arguments)
      for change in changes { console.text(change.words) }
      if let seed { console.put(.metric(Metric("session.seed", Double(seed), since: 3))) }
      return .done
    }
  }
}

/// What `threads` changes; throws where the machine can make no use of so many.
private func threadChange(
  _ arguments: Arguments
) throws(StatementError) -> (setting: Setting, value: String, words: String)? {
  if let count = arguments.count(.threads), let range = arguments.range(of: .threads) {
    guard count <= ThreadCount.most else {
      throw .tooManyThreads(range, cores: Processor.coreCount, most: ThreadCount.most)
    }
    let beyond =
      count > Processor.coreCount
      ? "; this machine has \(counted(Processor.coreCount, "core")), so they wait for one another" : ""
    return (.threads, "\(count)", "\(counted(count, "thread")) for all that computes" + beyond)
  }
  guard arguments.word(.threads) != nil else { return nil }
  return (.threads, Keyword.processThreads, "threads auto: as many as the process has by itself")
}

/// Throws where the system gave another number than was set; then nothing is changed.
private func requireThreads(_ workspace: Workspace, _ arguments: Arguments) throws(StatementError) {
  guard let range = arguments.range(of: .threads), let wanted = workspace.threads,
    Processor.threadCount != wanted
  else { return }
  throw .threadsRefused(range, wanted: wanted, given: Processor.threadCount)
}

private func listing(_ workspace: Workspace) -> Plan {
  let rows: [[Table.Cell]] = [
    ["seed", .plain(workspace.sessionSeed)], ["precision", .text(workspace.precision.rawValue)],
    ["threads", .spelled(workspace.threads.map { "\($0)" } ?? Keyword.processThreads)],
    ["checkpoint", .spelled(workspace.checkpointPace.shown)],
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
    "precision bf16: in train, distill and qat, convolutions multiply bf16 and add floats, a float teacher's too; weights and evaluation stay f32"
  }
}
