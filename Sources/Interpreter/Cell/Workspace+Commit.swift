import SessionStore

extension Workspace {
  /// Makes the workspace the session, as one step of undo; returns all that the cell did and relied on.
  func commit(cell: String) throws -> CellEffects {
    var effects = CellEffects(settings: settled)
    guard !isUnchanged else { return effects }
    // A cell that was stopped is run again as a whole, with what its other runs came to.
    let goesOn = runs.contains { $0.status == .interrupted }
    if goesOn { for run in runs where run.status != .interrupted { run.open.wait() } }
    try store.transaction { transaction in
      let ids = try runs.map { try write($0, transaction) }
      for change in changes {
        switch change {
        case .save(let new): try write(new, run: new.run.map { ids[$0] }, transaction)
        case .forget(let name): try transaction.removeModel(named: name)
        case .forgetVersion(let reference): try transaction.forgetVersion(reference)
        case .set(let setting, let value), .settle(let setting, let value):
          try transaction.set(setting.rawValue, to: value)
        case .define(let name, let definition): try transaction.define(name, definition?.text)
        }
        effects.add(change)
      }
      effects.runs = ids
      transaction.recordState(cell: cell)
      for run in runs where !goesOn {
        try transaction.dropCheckpoints(after: run.open.record.id, of: run.model)
      }
    }
    for run in runs { run.open.settle() }
    if !runs.isEmpty, !goesOn { store.sweepCheckpoints() }
    return effects
  }

  private func write(_ new: NewModel, run: String?, _ transaction: Transaction) throws {
    try transaction.saveModel(
      name: new.entry.name, kind: new.entry.kind, graph: new.entry.graph, parameters: new.parameters,
      figures: new.entry.figures,
      details: Dictionary(uniqueKeysWithValues: new.entry.details.map { ($0.key.rawValue, $0.value) }),
      run: run)
  }

  private func write(_ run: Run, _ transaction: Transaction) throws -> String {
    let id = run.open.record.id
    try transaction.appendMetrics(run: id, run.open.unwritten(run.metrics))
    try transaction.settleRun(
      id, status: run.status, epochsDone: run.epochsDone, stepsDone: run.stepsDone, settings: run.settings,
      endedAt: run.endedAt)
    return id
  }
}

/// What a cell did to its session, whole: also where that was so before.
struct CellEffects {
  /// In the order in which they were made.
  private(set) var models: [String] = []
  private(set) var settings: [Setting: String]
  private(set) var definitions: [String: String] = [:]
  var runs: [String] = []

  init(settings: [Setting: String]) { self.settings = settings }

  mutating func add(_ change: Workspace.Change) {
    switch change {
    case .save(let new):
      models.removeAll { $0 == new.entry.name }
      models.append(new.entry.name)
    case .forget(let name): models.removeAll { $0 == name }
    case .forgetVersion: break
    case .set(let setting, let value), .settle(let setting, let value): settings[setting] = value
    case .define(let name, let definition): definitions[name] = definition?.text
    }
  }
}
