package import Datasets
package import GraphIR

extension Dataset {
  /// What images are standardised with for a network, a mean and a deviation for each of its channels: its own, else
  /// those of the training images.
  package func normalization(for graph: Graph) -> Normalization {
    if let own = graph.normalization { return own }
    let channels = graph.inputShape.channels
    guard mean.count == 1, deviation.count == 1, channels > 1 else {
      return Normalization(mean: mean, deviation: deviation)
    }
    return Normalization(
      mean: Array(repeating: mean[0], count: channels),
      deviation: Array(repeating: deviation[0], count: channels))
  }
}
