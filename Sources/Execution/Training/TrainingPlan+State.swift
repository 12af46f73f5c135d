package import GraphIR

/// Everything that a plan's next steps follow from, besides its graph and the images that it will see.
package struct TrainingState: Sendable, Equatable {
  /// Values, moments, batch norm's statistics and observed ranges by their names, each behind its part's: row-major, so
  /// that they mean the same in every layout.
  package var tensors: ParameterSet
  /// Updates done, which Adam's bias correction counts.
  package var updates: Int
  /// Trained ranges and scales that have a value, by the names of their parameters.
  package var startedRanges: [String]
  package var batchNormFrozen: Bool
  package var observersFrozen: Bool

  package init(
    tensors: ParameterSet, updates: Int, startedRanges: [String], batchNormFrozen: Bool, observersFrozen: Bool
  ) {
    self.tensors = tensors
    self.updates = updates
    self.startedRanges = startedRanges
    self.batchNormFrozen = batchNormFrozen
    self.observersFrozen = observersFrozen
  }
}

extension TrainingPlan {
  /// A copy of the plan's state between two steps; it shares `known`, which `exportParameters` gave since the last one.
  package func exportState(_ known: ParameterSet = ParameterSet()) throws -> TrainingState {
    var tensors = ParameterSet(try parameters.exportState(known))
    for norm in norms {
      let channels = 0..<norm.norm.channels
      tensors[meanName(norm)] = Tensor(channels.map { norm.runningMean[$0] })
      tensors[varianceName(norm)] = Tensor(channels.map { norm.runningVariance[$0] })
    }
    for observer in observers {
      guard let range = observer.range else { continue }
      tensors[rangeName(observer)] = Tensor([range.minimum, range.maximum])
    }
    return TrainingState(
      tensors: tensors, updates: updates,
      startedRanges: trainedRanges.filter(\.isSet).map { parameters.entries[$0.parameter.index].name },
      batchNormFrozen: phase.batchNormFrozen, observersFrozen: phase.observersFrozen)
  }

  /// Goes on from a state of a plan with the same graph, grids and optimizer: the next steps are, bit for bit, those that
  /// it would have come to.
  ///
  /// Throws `PlanError.parameterMismatch` where the state is of another plan; what this one has is then undefined.
  package func restore(_ state: TrainingState) throws {
    try parameters.loadState(state.tensors)
    for norm in norms {
      try take(state, meanName(norm), into: norm.runningMean, count: norm.norm.channels)
      try take(state, varianceName(norm), into: norm.runningVariance, count: norm.norm.channels)
    }
    let started = Set(state.startedRanges)
    for scales in weightScales {
      scales.markLoaded(started.contains(parameters.entries[scales.parameter.index].name))
    }
    for observer in observers {
      if let trained = observer.trained {
        trained.markLoaded(started.contains(parameters.entries[trained.parameter.index].name))
      } else if let range = state.tensors[rangeName(observer)]?.floats, range.count == 2 {
        observer.restore(minimum: range[0], maximum: range[1])
      }
    }
    updates = state.updates
    (phase.batchNormFrozen, phase.observersFrozen) = (state.batchNormFrozen, state.observersFrozen)
  }

  private func take(
    _ state: TrainingState, _ name: String, into vector: Vector<Float>, count: Int
  ) throws(PlanError) {
    guard let values = state.tensors[name]?.floats, values.count == count else {
      throw .parameterMismatch(name: name, expected: [count], found: state.tensors[name]?.shape)
    }
    for index in 0..<count { vector[index] = values[index] }
  }

  private var trainedRanges: [(parameter: ParameterID, isSet: Bool)] {
    weightScales.map { ($0.parameter, $0.isSet) }
      + observers.compactMap(\.trained).map { ($0.parameter, $0.isSet) }
  }

  private func meanName(_ norm: BatchNormState) -> String { "norm/" + norm.name + ".running_mean" }
  private func varianceName(_ norm: BatchNormState) -> String { "norm/" + norm.name + ".running_var" }
  private func rangeName(_ observer: ActivationObserver) -> String { "range/" + observer.name }
}
