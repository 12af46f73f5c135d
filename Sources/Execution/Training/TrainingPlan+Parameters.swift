package import GraphIR

/// What a model is made of, in and out of a plan.
extension TrainingPlan {
  /// Takes values and batch norm's and observers' state in; missing observer state means none was seen.
  package func load(_ set: ParameterSet) throws {
    try parameters.load(set)
    for norm in norms {
      guard let mean = set[norm.name + ".running_mean"]?.floats, mean.count == norm.norm.channels,
        let variance = set[norm.name + ".running_var"]?.floats, variance.count == norm.norm.channels
      else {
        throw PlanError.parameterMismatch(
          name: norm.name + ".running_mean", expected: [norm.norm.channels],
          found: set[norm.name + ".running_mean"]?.shape)
      }
      for channel in 0..<norm.norm.channels {
        norm.runningMean[channel] = mean[channel]
        norm.runningVariance[channel] = variance[channel]
      }
    }
    loadRanges(set)
  }

  /// Trained ranges that are missing start from observed ones, else from the first batch.
  private func loadRanges(_ set: ParameterSet) {
    for scales in weightScales {
      scales.markLoaded(set[parameters.entries[scales.parameter.index].name] != nil)
    }
    for observer in observers {
      if let trained = observer.trained {
        trained.markLoaded(set[parameters.entries[trained.parameter.index].name] != nil)
      }
      if let low = set[observer.name + ".min_val"]?.floats.first,
        let high = set[observer.name + ".max_val"]?.floats.first
      {
        observer.restore(minimum: low, maximum: high)
      }
    }
  }

  /// Everything that the model is made of, as row-major tensors.
  package func exportParameters() throws -> ParameterSet {
    var set = ParameterSet(try parameters.export())
    for norm in norms {
      let channels = 0..<norm.norm.channels
      set[norm.name + ".running_mean"] = Tensor(channels.map { norm.runningMean[$0] })
      set[norm.name + ".running_var"] = Tensor(channels.map { norm.runningVariance[$0] })
    }
    for observer in observers {
      guard let range = observer.range else { continue }
      set[observer.name + ".min_val"] = Tensor([range.minimum])
      set[observer.name + ".max_val"] = Tensor([range.maximum])
    }
    // A range that has seen no batch has no value yet.
    let unset =
      weightScales.filter { !$0.isSet }.map(\.parameter)
      + observers.compactMap(\.trained).filter { !$0.isSet }.map(\.parameter)
    for parameter in unset { set[parameters.entries[parameter.index].name] = nil }
    return set
  }

  /// Gradients of the last backward pass by parameter name.
  package func exportGradients() throws -> [String: Tensor] { try parameters.exportGradients() }
}
