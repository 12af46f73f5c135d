import Datasets
import Execution
import GraphIR
import Language
import Text
import Training

extension FindingKind {
  /// Batch norm that in training sees a single value a channel: one image a step, of one pixel.
  ///
  /// Less its own mean that value is 0, whatever it was: what the layer passes on is its shift, and no gradient comes back.
  static let batchNormOnOneValue = FindingKind(
    "batch-norm-on-one-value",
    "batch norm that sees one value a channel in a step, and so gives nothing but its shift")
}

extension Workspace {
  /// Said before a run whose batch norm would see one value a channel.
  func batchNormFinding(
    _ graph: Graph, _ recipe: TrainingRecipe, _ data: ChosenData, _ arguments: Arguments
  ) -> Finding? {
    let frozen = recipe.tempos(of: graph).frozen
    let trainsStatistics = recipe.quantization.map { $0.batchNormFreeze > 0 } ?? true
    let names = graph.nodes.filter { node in
      guard case .batchNorm = node.operation else { return false }
      return node.shape.spatial == 1 && !frozen.contains(node.name)
    }.map(\.name)
    guard recipe.batchSize == 1, trainsStatistics, let first = names.first else { return nil }
    let batch = min(32, data.dataset.training.count)
    let written = WrittenStatement(arguments.statement, in: source)
    let sighting = Sighting(
      "\(first) \(names.count > 1 ? "and \(counted(names.count - 1, "other batch norm")) see" : "sees") one value a "
        + "channel in each step: batch 1, on 1×1",
      figure: .init("batch", 1),
      cause:
        "less its own mean a single value is 0, so the layer passes on its shift alone and nothing below it learns",
      cells: batch > 1 ? [written.with(Keyword.batch.name, "\(batch)")] : [])
    return finding(.batchNormOnOneValue, sighting, at: arguments.range(of: .batch) ?? arguments.verb.range)
  }
}
