import GraphIR
import Quantization
import Text
import Training

/// A page on one layer: its values with handles for the range, and what each setting loses.
struct LayerPage {
  /// Accuracy with the layer alone quantized, in one width.
  struct Trial {
    var bits: Int
    var accuracy: Double
    /// What it loses against the float model, on the same images.
    var difference: PairedDifference
    var signalToNoise: Double
  }

  var name: String
  var values: SampledLayer
  var weightRows: [Int]
  var weights: [Float]
  var accuracy: Double
  var images: Int
  var trials: [Trial]
  /// How ranges were chosen where accuracy was measured.
  var ranges: String
  var source: String

  var html: String {
    PageFrame(title: "\(name): the grid in your hands", body: body, data: data, script: Self.script).html
  }

  private var body: String {
    let some =
      weightRows.count < values.outputs
      ? "\(weightRows.count) of the \(values.outputs) output channels, evenly spread" : "all of them"
    return """
      <p>Drag the handles, or move to them with Tab and press the arrow keys (Shift for large steps, Home and End for
      the ends). Everything below is computed from the layer's own values, in this page.</p>
      <section id="weights"><h2>Weights</h2>
      <p class="faint">\(grouped(values.weights.count)) weights with batch norm folded in; here \(some):
      \(grouped(weights.count)) values.</p></section>
      <section id="activations"><h2>Activations</h2>
      <p class="faint">\(grouped(values.activations.count)) of \(grouped(values.activationCount)) outputs that the layer
      gives for training images, drawn evenly, before any rounding.</p></section>
      <h2>Accuracy, measured</h2>
      <p class="faint">Measured when this page was made: \(name.htmlEscaped) alone fake-quantized, weights and outputs in
      so many bits with \(ranges.htmlEscaped), all else in float, on \(grouped(images)) test images. It belongs to those
      settings, and does not follow the handles. Faint: within chance (the 95 % interval holds 0).</p>
      <table id="accuracy"></table>
      <p class="faint">Float: \(percentage(accuracy)). Made by <code>\("explore \(source)".htmlEscaped)</code>.</p>
      """
  }

  private var data: JSONValue {
    .object([
      "weights": .object([
        "values": .string(weights.base64), "channels": .integer(weightRows.count),
        "bits": .integer(8), "symmetric": .bool(true), "unit": .string("weight"),
      ]),
      "activations": .object([
        "values": .string(values.activations.base64), "channels": .integer(1), "bits": .integer(8),
        "symmetric": .bool(false), "unit": .string("activation"),
      ]),
      "trials": .array(
        trials.map { trial in
          .object([
            "bits": .integer(trial.bits), "accuracy": .double(100 * trial.accuracy),
            "drop": .double(100 * trial.difference.loss),
            "low": .double(100 * trial.difference.interval.lowerBound),
            "high": .double(100 * trial.difference.interval.upperBound),
            "chance": .bool(trial.difference.isWithinChance),
            "sqnr": trial.signalToNoise.isFinite ? .double(trial.signalToNoise) : .null,
          ])
        }),
    ])
  }
}
