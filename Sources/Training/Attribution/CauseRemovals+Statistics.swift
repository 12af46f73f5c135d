import Datasets
import GraphIR
import Quantization

// What lies in statistics over images.
extension CauseRemovals {
  func reestimatedBatchNorm() throws -> CauseRemoval? {
    let given = subject.quantizedAsGiven
    guard given.graph.layerGroups.contains(where: { $0.norm != nil }) else { return nil }
    try trials.begin("batch-norm statistics")
    let float = Model(
      kind: .float, graph: try removeFakeQuantization(given.graph), parameters: given.parameters)
    let measured = try reestimateBatchNorm(
      float, quantized: given, on: trials.data, batches: trials.batches, seed: trials.seed,
      cancellation: trials.cancellation)
    guard let measured else { throw AttributionTrials.Stopped() }
    var changed = given
    for (name, tensor) in measured.parameters.tensors { changed.parameters[name] = tensor }
    return CauseRemoval(cause: .batchNormStatistics, model: try foldKeepingGrids(changed))
  }

  func correctedBias(of model: Model) throws -> CauseRemoval? {
    guard correctsBias(of: model) else { return nil }
    try trials.begin("means of outputs")
    let fewer = CalibrationBatches(
      count: min(4, trials.batches.count), size: trials.batches.size, of: trials.data.training)
    let corrected = try correctBias(
      model, float: model.withoutRounding(), on: trials.data, batches: fewer, seed: trials.seed,
      cancellation: trials.cancellation)
    guard let corrected else { throw AttributionTrials.Stopped() }
    return CauseRemoval(cause: .shiftedMeans, model: corrected)
  }

  /// Means are corrected layer after layer, each with a run of its own; for deeper networks that takes too long.
  private static let mostCorrectedLayers = 12

  func correctsBias(of model: Model) -> Bool { model.roundedLayers.count <= Self.mostCorrectedLayers }
}
