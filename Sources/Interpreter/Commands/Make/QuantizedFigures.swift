import Datasets
import GraphIR
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
  func report(
    _ figures: QuantizedFigures, of name: String, integer: ModelEntry, agreementText: String,
    _ workspace: Workspace
  ) {
    metric(name, "fake_quant_accuracy", figures.fakeQuantized.accuracy)
    metric(name, "int8_accuracy", figures.integer.accuracy)
    metric(name, "agreement", figures.agreement, text: agreementText)
    if let found = figures.sighting(of: name, canBeCompared: name != integer.name) {
      put(.finding(workspace.finding(.lowAgreement, found.sighting)))
      metric("\(name).\(found.layer.name)", "differing", found.layer.share)
    }
    metric(integer.name, "accuracy", figures.integer.accuracy)
    metric(integer.name, "loss", figures.integer.loss)
    metric(integer.name, "size_bytes", integer.byteCount.map(Double.init) ?? 0)
    report(figures.speed, of: integer.name)
  }
}
