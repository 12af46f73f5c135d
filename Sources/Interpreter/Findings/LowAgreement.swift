import Text
import Training

extension FindingKind {
  /// An integer model that chooses another class than its fake-quantized form for more than 2 % of the test images: ties
  /// alone make the two differ for one image of hundreds.
  static let lowAgreement = FindingKind(
    "low-agreement", "an integer model that often chooses another class than its fake-quantized form")
}

extension QuantizedFigures {
  /// Below this share of images of the same class, the layer where the models part is looked for.
  static let watchedAgreement = 0.98

  /// The first layer whose codes differ by more than ties, or else by ties; nil where the models agree.
  ///
  /// `canBeCompared` is true where the fake-quantized model is kept.
  func sighting(of name: String, canBeCompared: Bool) -> (layer: LayerDifference, sighting: Sighting)? {
    guard let difference, let layer = difference.firstFaulty ?? difference.first else { return nil }
    let share = percentage(layer.share, 2)
    let cause =
      difference.firstFaulty == nil
      ? "\(layer.name) is the first layer that differs, in \(share) of its codes: its sums lie on the edge between two "
        + "codes, and layers after it pass the difference on"
      : "\(layer.name) is the first layer whose integers are not what its fake quantization simulates: "
        + "\(share) of its codes differ"
    return (
      layer,
      Sighting(
        "the integer model chooses another class than the fake-quantized one for "
          + "\(percentage(1 - agreement)) of the test images",
        figure: .init(name + ".agreement", agreement), cause: cause,
        cells: canBeCompared ? ["diff \(name)"] : [])
    )
  }
}
