import Datasets
import GraphIR
import Quantization
import Testing
import Training

/// Quantized forms of one calibrated model, against hand arithmetic and the plain functions.
@Suite struct TrialTests {
  private static let perTensor = QuantizationPolicy(keepsEnds: false, perChannelWeights: false)

  private func trials(
    _ model: Model, _ data: Dataset, _ policy: QuantizationPolicy, cancellation: Cancellation = Cancellation()
  ) throws -> QuantizationTrials? {
    try QuantizationTrials(
      model, on: data, policy: policy, images: 400, cancellation: cancellation)
  }

  /// The trained network with one huge weight of its last layer on a feature that is always 0: the same function as
  /// without that weight, and nothing is left of the others on a grid that they share.
  private func fragile() throws -> (data: Dataset, model: Model) {
    let (data, trained) = try #require(CalibrationTests.trained)
    var model = try foldBatchNorm(trained)
    let layers = model.graph.nodes.filter(\.operation.hasWeights).map(\.name)
    let (last, before) = (try #require(layers.last), layers[layers.count - 2])
    let weight = try model.parameter(before + ".weight")
    let inputs = weight.count / weight.shape[0]
    model.parameters[before + ".weight"] = Tensor(
      [Float](repeating: 0, count: inputs) + weight.floats.dropFirst(inputs), shape: weight.shape)
    model.parameters[before + ".bias"] = Tensor(
      [-1] + (try model.parameter(before + ".bias")).floats.dropFirst())
    let dense = try model.parameter(last + ".weight")
    model.parameters[last + ".weight"] = Tensor([1000] + dense.floats.dropFirst(), shape: dense.shape)
    return (data, model)
  }

  @Test(
    arguments: [
      ([3, 4], [3, 4.5], 20), ([1, 0], [0, 0], 0), ([3, 4], [3, 4], .infinity),
      ([1, 2], [.nan, 2], -.infinity), ([1, 2], [.infinity, 2], -.infinity),
    ] as [([Float], [Float], Double)])
  func theRatioOfSignalToNoiseIsThatOfTheDefinition(signal: [Float], other: [Float], expected: Double) {
    let found = signalToNoise(signal, other)
    #expect(found == expected || abs(found - expected) < 1e-9)
  }

  @Test func aLayerThatIsMadeFragileRanksFirstAndIsTheOneToKeep() throws {
    let (data, model) = try fragile()
    let trials = try #require(try trials(model, data, Self.perTensor))
    let report = try trials.sensitivity(Self.perTensor, cancellation: Cancellation()) { _, _, _ in }
    #expect(report.isComplete)
    #expect(Set(report.layers.map(\.layer)) == Set(trials.layers))
    let first = try #require(report.layers.first)
    #expect(first.layer == trials.layers.last)
    let alone = try #require(first.alone)
    #expect(alone.signalToNoise < 10)
    #expect(trials.accuracy - alone.accuracy > 0.1)
    let spared = try #require(first.spared)
    #expect(trials.accuracy - spared.accuracy < 0.03)
    let kept = try trials.fewestKept(
      Self.perTensor, ranking: report.layers.map(\.layer), target: 0.03, cancellation: Cancellation()
    ) { _ in }
    #expect(kept?.layers == [first.layer])
    #expect(kept?.figures == spared)
  }

  @Test func allLayersQuantizedHaveTheAccuracyOfPostTrainingQuantization() throws {
    let (data, model) = try #require(CalibrationTests.trained)
    let policy = QuantizationPolicy()
    let trials = try #require(
      try QuantizationTrials(model, on: data, policy: policy, images: 10_000, cancellation: Cancellation()))
    #expect(trials.imageCount == data.test.count)
    #expect(try trials.accuracy == CalibrationTests.accuracy(model, data))
    let quantized = try CalibrationTests.calibrated(foldBatchNorm(model), data, policy: policy)
    let figures = try #require(try trials.figures(of: policy, cancellation: Cancellation()))
    #expect(try figures.accuracy == CalibrationTests.accuracy(quantized, data))
  }

  @Test func weightsAloneAreRoundedAsThePlainFunctionRoundsThem() throws {
    let (data, model) = try #require(CalibrationTests.trained)
    let policy = QuantizationPolicy(weightBits: 4, keepsEnds: false)
    let trials = try #require(try trials(model, data, policy))
    let folded = try foldBatchNorm(model)
    let rounded = try trials.weightsOnly(policy)
    #expect(rounded.kind == .float)
    let grid = policy.backend.weightGrid(bits: 4)
    for layer in trials.layers {
      let weight = try folded.parameter(layer + ".weight")
      let inputs = weight.count / weight.shape[0]
      let parameters = (0..<weight.shape[0]).map { output in
        let row = weight.floats[output * inputs..<(output + 1) * inputs]
        return chooseQuantizationParameters(minimum: row.min() ?? 0, maximum: row.max() ?? 0, grid: grid)
      }
      #expect(try rounded.parameter(layer + ".weight").floats == fakeQuantize(weight, parameters).floats)
    }
    let activations = try trials.activationsOnly(policy)
    for layer in trials.layers {
      #expect(activations.parameters[layer + ".weight"] == folded.parameters[layer + ".weight"])
    }
    let both = try #require(try trials.figures(of: policy, cancellation: Cancellation()))
    for part in [rounded, activations] {
      let figures = try #require(try trials.figures(of: part, cancellation: Cancellation()))
      #expect(figures.signalToNoise > both.signalToNoise)
    }
  }

  @Test func aSweepThatIsStoppedHoldsWhatIsKnown() throws {
    let (data, model) = try #require(CalibrationTests.trained)
    let cancellation = Cancellation()
    let trials = try #require(try trials(model, data, Self.perTensor, cancellation: cancellation))
    let report = try trials.sensitivity(Self.perTensor, cancellation: cancellation) { done, _, _ in
      if done == 2 { cancellation.cancel() }
    }
    #expect(!report.isComplete)
    #expect(report.quantized != nil)
    #expect(report.layers.map { $0.alone != nil } == [true] + report.layers.dropFirst().map { _ in false })
    #expect(report.layers.allSatisfy { $0.spared == nil })
    #expect(try self.trials(model, data, Self.perTensor, cancellation: cancellation) == nil)
  }

  @Test func widthsAreChosenAsTryingAllOfThemChooses() throws {
    let layers = [
      NarrowLayer(layer: "a", weights: 4_000, signalToNoise: 30),
      NarrowLayer(layer: "b", weights: 8_000, signalToNoise: 26),
      NarrowLayer(layer: "c", weights: 16_000, signalToNoise: 40),
      NarrowLayer(layer: "d", weights: 2_000, signalToNoise: 12),
    ]
    let front = WidthFront(layers: layers, quantized: 45)
    func size(_ narrow: [String]) -> Int {
      layers.reduce(0) { $0 + (narrow.contains($1.layer) ? $1.weights / 2 : $1.weights) }
    }
    let subsets = (0..<16).map { bits in
      layers.indices.filter { bits >> $0 & 1 == 1 }.map { layers[$0].layer }
    }
    for budget in [30_000, 22_000, 20_000, 18_000, 16_000, 15_000] {
      let chosen = try #require(front.fitting(budget) { size($0.narrow) })
      #expect(size(chosen.narrow) <= budget)
      let best = subsets.filter { size($0) <= budget }
        .max { front.choice(Set($0)).predictedSignalToNoise < front.choice(Set($1)).predictedSignalToNoise }
      #expect(chosen.narrow == best, "\(budget)")
    }
    #expect(front.fitting(14_999) { size($0.narrow) } == nil)
    #expect(front.choices.map(\.narrow) == [[], ["c"], ["a", "c"], ["a", "b", "c"], ["a", "b", "c", "d"]])
    // 10^(-4.5) + 10^(-4) + 10^(-3) = 1.1316e-3.
    #expect(abs(front.choices[2].predictedSignalToNoise - 29.4629) < 1e-3)
  }
}
