import Datasets
import GraphIR
import ONNXFormat
import TensorFiles
import Text
import Training

/// What a program that reads a model's file has to know beside the layers: how its images are standardised, what its
/// outputs are called, and where it comes from.
struct ModelMetadata {
  let normalization: Normalization
  private var classes: [String]
  private var entry: ModelEntry

  init(_ entry: ModelEntry, _ data: ChosenData) {
    self.entry = entry
    classes = data.dataset.classNames
    normalization = data.dataset.normalization(for: entry.graph)
  }

  /// Texts by key; lists and recipes are JSON.
  ///
  /// `takesPixels` is true where the graph standardises by itself.
  func texts(takesPixels: Bool) -> [String: String] {
    var texts = [
      "model": entry.name, "kind": entry.kind.rawValue, "architecture": entry.graph.architecture,
      "classes": JSONValue.array(classes.map(JSONValue.string)).line,
      "mean": Self.list(normalization.mean), "deviation": Self.list(normalization.deviation),
      "input": takesPixels ? "pixels from 0 to 255" : "(pixel/255 - mean)/deviation, a channel",
    ]
    if !takesPixels { texts[Normalization.metadataKey] = normalization.stored }
    if let accuracy = entry.figures["accuracy"] { texts["accuracy"] = "\(accuracy)" }
    for (detail, text) in entry.details { texts[detail.rawValue] = text }
    return texts
  }

  private static func list(_ values: [Float]) -> String {
    "[" + values.map { "\($0)" }.joined(separator: ", ") + "]"
  }
}
