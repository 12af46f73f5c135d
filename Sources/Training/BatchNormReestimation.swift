package import Datasets
import Execution
package import GraphIR
import Quantization

/// The float model with its batch-norm statistics measured anew in the network as it is when quantized: mean and
/// variance of each channel, averaged over batches.
///
/// `quantized` is calibrated from `float` and still has its batch norm. Weights and activations are rounded while the
/// statistics are taken, and each layer sees batches that were normalised by their own. Nil where it was cancelled.
package func reestimateBatchNorm(
  _ float: Model, quantized: Model, on data: Dataset, batches: CalibrationBatches, seed: UInt64,
  cancellation: Cancellation, progress: (Int, Int) -> Void = { _, _ in }
) throws -> Model? {
  var measured = quantized
  measured.graph = try quantized.graph.settingBatchNormMomentum(1)
  let plan = try TrainingPlan(measured, batch: batches.size, optimizer: .sgd(momentum: 0))
  plan.phase.observersFrozen = true
  let images = CalibrationImages(data: data, for: float.graph, batches: batches, seed: seed)
  var sums: [String: [Double]] = [:]
  for batch in 0..<batches.count {
    if cancellation.isCancelled { return nil }
    images.fill(plan.input, batch: batch)
    try plan.forward()
    for (name, tensor) in try plan.exportParameters().tensors where name.isRunningStatistic {
      let values = tensor.floats.map(Double.init)
      sums[name] = sums[name].map { zip($0, values).map { $0 + $1 } } ?? values
    }
    progress(batch + 1, batches.count)
  }
  var result = float
  for (name, sum) in sums {
    result.parameters[name] = Tensor(sum.map { Float($0 / Double(batches.count)) })
  }
  return result
}

extension String {
  fileprivate var isRunningStatistic: Bool { hasSuffix(".running_mean") || hasSuffix(".running_var") }
}

extension Graph {
  /// The same graph whose running statistics are those of the last batch, or move by another momentum.
  fileprivate func settingBatchNormMomentum(_ momentum: Float) throws(RewriteError) -> Graph {
    try rewritten { node in
      guard case .batchNorm(var norm) = node.operation else { return node.operation }
      norm.momentum = momentum
      return .batchNorm(norm)
    }
  }
}
