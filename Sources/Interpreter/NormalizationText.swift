import GraphIR
import Text

extension Normalization {
  /// What is said of a model that has its own: "images are standardised with its own mean ± deviation, …".
  var words: String {
    let values = zip(mean, deviation).map { shortened($0) + " ± " + shortened($1) }.joined(separator: ", ")
    return "images are standardised with its own mean ± deviation"
      + (self == .imageNet ? ", ImageNet's: " : ": ") + values
  }
}

/// Four decimals at the most.
private func shortened(_ value: Float) -> String { plain((Double(value) * 10_000).rounded() / 10_000) }
