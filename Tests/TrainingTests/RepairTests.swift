import Datasets
import Execution
import GraphIR
import Quantization
import Testing
import Training

/// What repairs post-training quantization, each against its definition, on a small network with depthwise layers.
@Suite struct RepairTests {
  static func layers(_ activation: Activation) -> [Layer] {
    [
      .convolution(outputs: 16, kernel: 3, stride: 2), .batchNorm, .activation(activation),
      .convolution(outputs: 32, kernel: 1), .batchNorm, .activation(activation),
      .convolution(outputs: 32, kernel: 3, groups: 32), .batchNorm, .activation(activation),
      .convolution(outputs: 32, kernel: 1), .batchNorm, .activation(activation),
      .pool(Pooling(.maximum, kernel: 2)), .pool(Pooling(.average, kernel: 7)), .dense(outputs: 24),
      .activation(activation), .dense(outputs: 10),
    ]
  }

  static func fresh(_ activation: Activation) throws -> Model {
    let graph = try Graph(
      sequential: layers(activation), architecture: "small", input: Shape(channels: 1, height: 28, width: 28))
    return Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 3))
  }

  /// Trained once; nil where training threw.
  static let trained: (data: Dataset, model: Model)? = try? learned()

  private static func learned() throws -> (data: Dataset, model: Model) {
    let data = try loadDataset(DatasetRequest(name: "shapes", limit: 2048, testLimit: 512))
    let outcome = try train(
      fresh(.relu), on: data, recipe: TrainingRecipe(epochs: 8, batchSize: 64, learningRate: 1e-2),
      cancellation: Cancellation()
    ) { _ in }
    return (data, outcome.model)
  }

  static func batches(_ data: Dataset, _ count: Int = 8) -> CalibrationBatches {
    CalibrationBatches(count: count, size: 32, of: data.training)
  }

  private func logits(_ model: Model, _ data: Dataset) throws -> [Float] {
    let plan = try InferencePlan(foldBatchNorm(model), batch: 64)
    var labels = [Int32](repeating: 0, count: 64)
    gather(
      data.test, indices: Array(0..<64)[...], mean: data.mean, deviation: data.deviation,
      into: try #require(plan.input.baseAddress), labels: &labels)
    try plan.run()
    return Array(plan.logits)
  }

  private func distance(_ one: [Float], _ other: [Float]) -> Float {
    let size = one.map(abs).max() ?? 0
    return (zip(one, other).map { abs($0 - $1) }.max() ?? .infinity) / size
  }

  @Test func equalizationLeavesTheFunctionAndMatchesTheRanges() throws {
    let (data, model) = try #require(Self.trained)
    let wide = try spreadChannels(model, by: 1000, seed: 4)
    #expect(wide.pairs == 1 && wide.channels == 32)
    let before = try logits(model, data)
    #expect(distance(before, try logits(wide.model, data)) <= 1e-4)
    let result = try equalize(wide.model)
    #expect(result.pairs == 5)
    #expect(distance(before, try logits(result.model, data)) <= 1e-4)
    for pair in result.model.graph.scalablePairs {
      let ranges = try result.model.weightRanges(around: pair)
      for (own, next) in zip(ranges.computing, ranges.reading) where own > 1e-12 && next > 1e-12 {
        #expect(abs(own / next - 1) < 0.01)
      }
    }
  }

  @Test func aSpreadNetworkCollapsesWithOneScaleALayerAndBothRemediesRepairIt() throws {
    let (data, model) = try #require(Self.trained)
    let float = try CalibrationTests.accuracy(model, data)
    #expect(float > 0.5)
    let wide = try spreadChannels(model, by: 60, seed: 4).model
    func accuracy(_ recipe: PostTrainingRecipe) throws -> Double {
      let quantized = try #require(
        try quantizeAfterTraining(wide, on: data, recipe: recipe, cancellation: Cancellation()) { _ in })
      return try CalibrationTests.accuracy(convert(quantized), data)
    }
    // Five bits leave one scale a layer far behind, and a scale a channel beside the float model, wherever training led.
    let perTensor = QuantizationPolicy(weightBits: 5, perChannelWeights: false)
    let collapsed = try accuracy(PostTrainingRecipe(policy: perTensor, batches: 8))
    let perChannel = try accuracy(PostTrainingRecipe(policy: QuantizationPolicy(weightBits: 5), batches: 8))
    let equalized = try accuracy(PostTrainingRecipe(policy: perTensor, batches: 8, equalizes: true))
    #expect(collapsed < float - 0.25, "\(collapsed) of \(float)")
    #expect(perChannel > float - 0.08, "\(perChannel) of \(float)")
    #expect(equalized > float - 0.08, "\(equalized) of \(float)")
  }

  @Test func aRelu6ChannelIsScaledOnlyWhileItStaysBelowSix() throws {
    let data = try #require(Self.trained).data
    var model = try Self.fresh(.relu6)
    // Large γ: some channels reach 6, others do not.
    for name in ["bn1", "bn2", "bn3", "bn4"] {
      let gamma = try #require(model.parameters[name + ".weight"]).floats
      model.parameters[name + ".weight"] = Tensor(gamma.indices.map { $0 % 3 == 0 ? 4 : 0.5 })
    }
    let all = CalibrationBatches(count: .max, size: 64, of: data.training)
    let maxima = try #require(
      try channelMaxima(of: model, on: data, batches: all, seed: 0, cancellation: Cancellation()))
    let reached = try #require(maxima["conv2"]).map { $0 >= 5.99 }
    #expect(reached.contains(true) && reached.contains(false))
    let before = try logits(model, data)
    #expect(distance(before, try logits(equalize(model, maxima: maxima).model, data)) <= 1e-4)
    let wide = try spreadChannels(model, by: 30, seed: 1, maxima: maxima)
    #expect(wide.clippedChannels == reached.count { $0 })
    #expect(distance(before, try logits(wide.model, data)) <= 1e-4)
    // Without maxima nothing is known of any channel.
    #expect(try spreadChannels(model, by: 30, seed: 1).pairs == 0)
  }

  @Test func biasCorrectionBringsTheMeanLogitsBack() throws {
    let (data, model) = try #require(Self.trained)
    let folded = try foldBatchNorm(model)
    let policy = QuantizationPolicy(weightBits: 3, keepsEnds: false)
    let quantized = try CalibrationTests.calibrated(folded, data, policy: policy)
    let corrected = try #require(
      try correctBias(
        quantized, float: folded, on: data, batches: Self.batches(data), seed: 0, cancellation: Cancellation()
      ))
    func shift(_ model: Model) throws -> Float {
      let means = try [folded, model].map { model in
        var sums = [Float](repeating: 0, count: 10)
        let plan = try InferencePlan(foldBatchNorm(model), batch: 32)
        var labels = [Int32](repeating: 0, count: 32)
        let order = BatchOrder(count: data.training.count, seed: 0, epoch: 0)
        for batch in 0..<8 {
          gather(
            data.training, indices: order.batch(batch, of: 32), mean: data.mean, deviation: data.deviation,
            into: try #require(plan.input.baseAddress), labels: &labels)
          try plan.run()
          for (index, value) in plan.logits.enumerated() { sums[index % 10] += value / 256 }
        }
        return sums
      }
      return zip(means[0], means[1]).map { abs($0 - $1) }.max() ?? .infinity
    }
    let before = try shift(quantized)
    #expect(before > 0.05)
    #expect(try shift(corrected) < 0.01 * before + 1e-4)
    for (name, tensor) in quantized.parameters.tensors where !name.hasSuffix(".bias") {
      #expect(corrected.parameters[name] == tensor)
    }
  }

  @Test func learnedRoundingGoesUpOrDownAndKeepsOutputsBetter() throws {
    let (data, model) = try #require(Self.trained)
    let folded = try foldBatchNorm(model)
    let policy = QuantizationPolicy(weightBits: 3, keepsEnds: false)
    let quantized = try CalibrationTests.calibrated(folded, data, policy: policy)
    let outcome = try #require(
      try adaptRounding(
        quantized, float: folded, on: data, batches: Self.batches(data, 16), recipe: RoundingRecipe(),
        seed: 0,
        cancellation: Cancellation()))
    #expect(outcome.layers == 6)
    #expect(outcome.improvedLayers >= 4)
    #expect(outcome.errorRatio < 0.9)
    #expect(outcome.movedShare > 0.01 && outcome.movedShare < 0.5)
    for name in ["conv1", "conv2", "conv3", "conv4", "fc1", "fc2"] {
      guard let scales = outcome.model.parameters[name + ".weight_scale"]?.floats else { continue }
      let weights = try #require(folded.parameters[name + ".weight"]).floats
      let rounded = try #require(outcome.model.parameters[name + ".weight"]).floats
      let rest = weights.count / scales.count
      for (index, pair) in zip(weights, rounded).enumerated() {
        let scale = scales[index / rest]
        let code = (pair.1 / scale).rounded()
        #expect(abs(code) <= 3 && abs(code * scale - pair.1) <= 1e-6)
        #expect(abs(pair.0 - pair.1) <= 1.0001 * scale)
      }
    }
    let nearest = try CalibrationTests.accuracy(convert(quantized), data)
    let learned = try CalibrationTests.accuracy(convert(outcome.model), data)
    #expect(learned > nearest, "\(learned), nearest \(nearest)")
  }

  @Test func batchNormIsMeasuredAnewInTheQuantizedNetwork() throws {
    let (data, model) = try #require(Self.trained)
    let float = try CalibrationTests.accuracy(model, data)
    var broken = model
    for name in ["bn1", "bn2", "bn3", "bn4"] {
      let mean = try #require(model.parameters[name + ".running_mean"]).floats
      let variance = try #require(model.parameters[name + ".running_var"]).floats
      broken.parameters[name + ".running_mean"] = Tensor(
        zip(mean, variance).enumerated().map { index, pair in
          pair.0 + (index % 2 == 0 ? 1 : -1) * pair.1.squareRoot()
        })
    }
    #expect(try CalibrationTests.accuracy(broken, data) < float - 0.1)
    let recipe = PostTrainingRecipe(batches: 32, reestimatesBatchNorm: true)
    let quantized = try #require(
      try quantizeAfterTraining(broken, on: data, recipe: recipe, cancellation: Cancellation()) { _ in })
    #expect(try CalibrationTests.accuracy(convert(quantized), data) > float - 0.05)
  }

  @Test func aRepairThatIsCancelledGivesNothing() throws {
    let (data, model) = try #require(Self.trained)
    for stage in PostTrainingStage.allCases where stage != .ranges {
      let cancellation = Cancellation()
      let recipe = PostTrainingRecipe(
        batches: 4, equalizes: true, reestimatesBatchNorm: true, rounding: RoundingRecipe(iterations: 5),
        correctsBias: true)
      let result = try quantizeAfterTraining(model, on: data, recipe: recipe, cancellation: cancellation) {
        if case .progress(stage, _, _) = $0 { cancellation.cancel() }
      }
      #expect(result == nil, "\(stage)")
    }
  }
}
