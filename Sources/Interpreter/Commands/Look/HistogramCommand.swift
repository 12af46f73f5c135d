import Datasets
import GraphIR
import Language
import Quantization
import Training

extension Keyword {
  fileprivate static let histogramBits = Keyword(
    "bits", .width, otherwise: "a QAT model's own, else 8", example: "4",
    "width of the grids that ranges are chosen for")
  fileprivate static let histogramCalibration = Keyword(
    "calibration", .count(1...1_000_000), otherwise: "8", example: "16",
    "batches of 32 training images whose activations are counted")
}

extension Command {
  static let histogram = Command(
    "histogram", "see how a layer's weights and outputs are spread, and where each observer would clip them",
    operands: [
      Operand("a layer of a float or QAT model", .topic([], besides: .layers)),
      Operand("a layer of the model", .topic([], besides: .nothing), .optional),
    ],
    keywords: [.histogramBits, .histogramCalibration],
    examples: ["histogram student.conv1", "histogram conv1 bits 4", "histogram teacher.fc calibration 16"],
    reasons:
      "Weights are shown with batch norm folded in, outputs as the layer leaves them before any rounding. "
      + "SQNR compares the values with themselves on the grid; more is better, and each bit is worth about 6 dB.",
    footprint: { arguments, known in
      let models = known.subjectUses(arguments.subject?.text, newest: [.float, .fakeQuantized])
      return Footprint(uses: models.union([.data, .seed]))
    }
  ) { arguments, workspace in
    let word = try arguments.subject ?? arguments.requiredWord(at: 0)
    let subject = try workspace.layerSubject(word, verb: arguments.verb, newest: [.float, .fakeQuantized])
    try workspace.require(subject.entry, word, kinds: [.float, .fakeQuantized])
    guard let layer = subject.layer else {
      throw StatementError.layerMissing(word, layers: subject.entry.graph.weightedLayers)
    }
    let data = try workspace.data(for: arguments.verb.range)
    try workspace.requireFit(subject.entry, word, data)
    let histogram = PlannedHistogram(
      sample: LayerSample(
        model: subject.entry.name, layer: layer,
        batches: CalibrationBatches(
          count: arguments.count(.histogramCalibration) ?? 8, size: 32, of: data.dataset.training),
        data: data, seed: workspace.sessionSeed, verb: arguments.verb, isNewest: subject.isNewest),
      bits: arguments.count(.histogramBits))
    return Plan { workspace, console in try histogram.run(workspace, console) }
  }
}
