import SessionStore

extension Draft {
  var isEmpty: Bool { changes.isEmpty && runs.isEmpty }

  /// Makes the draft the session, as one step of undo.
  func commit(cell: String) throws {
    guard !isEmpty else { return }
    try store.transaction { transaction in
      let ids = try runs.map { try write($0, cell: cell, transaction) }
      for change in changes {
        switch change {
        case .save(let new): try write(new, run: new.run.map { ids[$0] }, transaction)
        case .forget(let name): try transaction.removeModel(named: name)
        case .set(let setting, let value): try transaction.set(setting.rawValue, to: value)
        case .define(let name, let chain): try transaction.define(name, chain)
        }
      }
      transaction.recordState(cell: cell)
    }
  }

  private func write(_ new: NewModel, run: String?, _ transaction: Transaction) throws {
    try transaction.saveModel(
      name: new.entry.name, kind: new.entry.kind, graph: new.entry.graph, parameters: new.parameters,
      figures: new.entry.figures,
      details: Dictionary(uniqueKeysWithValues: new.entry.details.map { ($0.key.rawValue, $0.value) }),
      run: run)
  }

  private func write(_ run: Run, cell: String, _ transaction: Transaction) throws -> String {
    let record = try transaction.beginRun(
      kind: run.kind, model: run.model, settings: run.settings, command: cell, startedAt: run.startedAt)
    try transaction.appendMetrics(run: record.id, run.metrics)
    try transaction.finishRun(
      record.id, status: run.status, epochsDone: run.epochsDone, stepsDone: run.stepsDone,
      endedAt: run.endedAt)
    return record.id
  }
}
