import Datasets
import GraphIR
import Language
import Text
import Training

/// What was measured of a fake-quantized model and of the integer model that was made from it.
struct QuantizedFigures {
  var fakeQuantized: Evaluation
  var integer: Evaluation
  /// Of the integer model.
  var speed: Speed
  /// Bytes of the saved float model that both came from.
  var floatBytes: Double?
  /// Share of the test images for which both choose the same class.
  var agreement: Double
  /// Where they part, layer by layer; nil where they agree.
  var difference: ModelDifference?

  /// As they are kept with the integer model.
  var stored: [String: Double] {
    var figures = [
      "accuracy": integer.accuracy, "loss": integer.loss, "agreement": agreement,
      "latency_ms": speed.latencyMilliseconds, "throughput": speed.imagesPerSecond,
    ]
    figures[ModelEntry.floatSize] = floatBytes
    return figures
  }
}

extension Console {
  /// Evaluates both models on the test images and measures the integer one's speed; nil where it was cancelled.
  func measured(
    _ fakeQuantized: Model, named name: String, integer: Model, named result: String, on data: ChosenData,
    floatBytes: Double?
  ) throws -> QuantizedFigures? {
    guard let before = try evaluation(of: fakeQuantized, named: name, on: data),
      let after = try evaluation(of: integer, named: result, on: data), !cancellation.isCancelled
    else { return nil }
    guard let speed = try speeds(of: [result], model: { _ in integer })?.first else { return nil }
    let share = agreement(before.predictions, after.predictions)
    return QuantizedFigures(
      fakeQuantized: before, integer: after, speed: speed, floatBytes: floatBytes,
      agreement: share,
      difference: share < QuantizedFigures.watchedAgreement
        ? try difference(
          between: fakeQuantized, and: integer, on: data.dataset.test, of: data.dataset, count: 64) : nil)
  }

  /// Puts out the figures of both; those of the fake-quantized model under `name`, which may be the integer one's.
  func report(_ figures: QuantizedFigures, of name: String, integer: ModelEntry, agreementText: String) {
    metric(name, "fake_quant_accuracy", figures.fakeQuantized.accuracy)
    metric(name, "int8_accuracy", figures.integer.accuracy)
    metric(name, "agreement", figures.agreement, text: agreementText)
    if let finding = figures.finding(of: name, canBeCompared: name != integer.name) {
      put(.diagnostic(finding.diagnostic))
      metric("\(name).\(finding.layer.name)", "differing", finding.layer.share)
    }
    metric(integer.name, "accuracy", figures.integer.accuracy)
    metric(integer.name, "loss", figures.integer.loss)
    metric(integer.name, "size_bytes", integer.byteCount.map(Double.init) ?? 0)
    report(figures.speed, of: integer.name)
  }
}

extension QuantizedFigures {
  /// Below this share of images of the same class, the layer where the models part is looked for.
  static let watchedAgreement = 0.98

  /// The first layer whose codes differ by more than ties, or else by ties, as a warning; nil where the models agree.
  ///
  /// `canBeCompared` is true where the fake-quantized model is kept.
  fileprivate func finding(of name: String, canBeCompared: Bool) -> (
    layer: LayerDifference, diagnostic: Diagnostic
  )? {
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
      Diagnostic(
        id: "low-agreement", severity: .warning,
        message: "the integer model chooses another class than the fake-quantized one for "
          + "\(percentage(1 - agreement)) of the test images",
        notes: [cause] + (canBeCompared ? ["try: diff \(name)"] : []))
    )
  }
}
