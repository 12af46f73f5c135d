import Datasets
import Foundation
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
      model, on: data, recipe: PostTrainingRecipe(policy: policy, batches: 8), images: 400,
      cancellation: cancellation)
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
      try QuantizationTrials(
        model, on: data, recipe: PostTrainingRecipe(policy: policy, batches: 8), images: 10_000,
        cancellation: Cancellation()))
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

  @Test func everyWidthOfALayerIsTriedAlone() throws {
    let (data, model) = try #require(CalibrationTests.trained)
    let trials = try #require(try trials(model, data, Self.perTensor))
    let found = try trials.layerWidths(
      Self.perTensor, cancellation: Cancellation(), savedBytes: { 8 - $0.bits }, progress: { _, _, _ in })
    let layers = try #require(found)
    #expect(layers.map(\.layer) == trials.layers)
    for layer in layers {
      #expect(layer.widths.map(\.bits) == [7, 6, 5, 4, 3, 2])
      #expect(layer.widths.map(\.savedBytes) == [1, 2, 3, 4, 5, 6])
      let narrow = Self.perTensor.narrowing([LayerWidth(layer.layer, bits: 3)]).quantizing(only: layer.layer)
      let alone = try trials.figures(
        of: trials.weightsOnly(narrow), images: LayerWidths.images, cancellation: Cancellation())
      #expect(layer.widths[4].signalToNoise == alone?.signalToNoise)
      // 6.02 dB a bit, over so many bits that chance is small beside them.
      #expect(layer.widths[0].signalToNoise > layer.widths[5].signalToNoise + 12)
    }
  }

  /// Layers drawn from a seed, whose noise falls with the bits but for chance.
  private func drawn(_ seed: UInt64) -> (layers: [LayerWidths], plain: Int) {
    var draw = SeededGenerator(seed: seed, purpose: "widths")
    let layers = (0..<4).map { index in
      let weights = Int.random(in: 20...6_000, using: &draw)
      let start = Double.random(in: 5...25, using: &draw)
      return LayerWidths(
        layer: "layer\(index)", weights: weights,
        widths: LayerWidths.tried.map { bits in
          LayerWidths.Width(
            bits: bits, signalToNoise: start + 6 * Double(bits) + Double.random(in: -4...4, using: &draw),
            savedBytes: weights - (weights * bits + 7) / 8 - 60)
        })
    }
    return (layers, layers.reduce(500) { $0 + $1.weights })
  }

  /// Sizes to the byte, padded to eight as headers are, so that they don't just add up.
  private func size(_ narrow: [LayerWidth], _ layers: [LayerWidths], _ plain: Int) -> Int {
    let saved = narrow.reduce(0) { saved, width in
      let layer = layers.first { $0.layer == width.layer }
      return saved + (layer?.widths.first { $0.bits == width.bits }?.savedBytes ?? 0)
    }
    return (plain - saved + 7) / 8 * 8
  }

  @Test(arguments: 0..<20) func widthsAreChosenAsTryingAllOfThemChooses(seed: UInt64) throws {
    let (layers, plain) = drawn(seed)
    let front = WidthFront(layers: layers, quantized: 60)
    // Every combination of four layers' seven widths, with its noise.
    let all = (0..<2_401).map { number -> (narrow: [LayerWidth], noise: Double) in
      var (rest, noise) = (number, 1e-6)
      var narrow: [LayerWidth] = []
      for layer in layers {
        let place = rest % 7
        rest /= 7
        guard place < 6 else { continue }
        narrow.append(LayerWidth(layer.layer, bits: layer.widths[place].bits))
        noise += pow(10, -layer.widths[place].signalToNoise / 10)
      }
      return (narrow, noise)
    }
    let least = all.map { size($0.narrow, layers, plain) }.min() ?? 0
    for share in [0, 0.03, 0.2, 0.5, 0.8, 0.99] {
      let budget = least + Int(share * Double(plain - least))
      let chosen = try #require(front.fitting(budget) { size($0.narrow, layers, plain) })
      #expect(size(chosen.narrow, layers, plain) <= budget)
      let best = all.filter { size($0.narrow, layers, plain) <= budget }.map(\.noise).min() ?? 0
      // The padding moves the edge by some bytes, within which a better choice may lie.
      let within =
        all.filter { size($0.narrow, layers, plain) <= budget - 16 }.map(\.noise).min() ?? .infinity
      let noise = pow(10, -chosen.predictedSignalToNoise / 10)
      #expect(noise >= best * (1 - 1e-9) && noise <= max(within, best) * (1 + 1e-9), "\(share)")
    }
    #expect(front.fitting(least - 1) { size($0.narrow, layers, plain) } == nil)
  }

  /// 10^(−4.5) + 10^(−4) + 10^(−3) = 1.1316·10⁻³; 1,000 bytes less are the 400 of a and the 600 of b.
  @Test func noisesOfLayersAddUp() throws {
    let layers = [("a", 40.0, 400), ("b", 30.0, 600)].map { name, ratio, saved in
      LayerWidths(
        layer: name, weights: 2 * saved,
        widths: [LayerWidths.Width(bits: 4, signalToNoise: ratio, savedBytes: saved)])
    }
    let front = WidthFront(layers: layers, quantized: 45)
    let chosen = try #require(
      front.fitting(2_000) { choice in 3_000 - choice.narrow.reduce(0) { $0 + ($1.layer == "a" ? 400 : 600) }
      })
    #expect(chosen.narrow == [LayerWidth("a", bits: 4), LayerWidth("b", bits: 4)])
    #expect(abs(chosen.predictedSignalToNoise - 29.4629) < 1e-3)
    #expect(chosen.bits(of: "a") == 4 && chosen.bits(of: "c") == 8)
  }
}
