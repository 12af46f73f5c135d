import Execution
import GraphIR
import Quantization
import Testing

/// Forward passes over codes, and the gradients beside them, against plain loops in Double.
@Suite struct CodedConvolutionTests {
  struct Layer: CustomTestStringConvertible {
    var inputs = 16
    var outputs = 32
    var kernel: Int
    var stride = 1
    var padding: Int
    var rectifies = true
    var bits = 8
    var side = 9
    var batch = 3
    var testDescription: String {
      "\(inputs) to \(outputs), kernel \(kernel), stride \(stride), padding \(padding), \(bits) bits, "
        + "\(batch) images of \(side)"
        + (rectifies ? "" : ", a zero point")
    }
  }

  static let layers = [
    Layer(kernel: 3, padding: 1), Layer(kernel: 3, stride: 2, padding: 1), Layer(kernel: 1, padding: 0),
    Layer(inputs: 48, outputs: 80, kernel: 5, padding: 2), Layer(kernel: 1, padding: 0, rectifies: false),
    Layer(inputs: 32, outputs: 16, kernel: 3, padding: 0, rectifies: false),
    Layer(inputs: 80, outputs: 144, kernel: 1, stride: 2, padding: 0),
    Layer(kernel: 3, padding: 1, bits: 4), Layer(kernel: 3, padding: 1, rectifies: false),
    Layer(kernel: 2, stride: 3, padding: 1), Layer(inputs: 64, outputs: 48, kernel: 4, stride: 2, padding: 3),
    Layer(inputs: 64, outputs: 16, kernel: 3, padding: 1, side: 2, batch: 16),
    Layer(inputs: 128, outputs: 48, kernel: 3, stride: 2, padding: 1, side: 5, batch: 21),
    Layer(inputs: 64, outputs: 32, kernel: 3, padding: 1, side: 1, batch: 40),
    Layer(inputs: 32, outputs: 32, kernel: 3, padding: 1, side: 4, batch: 33),
    Layer(kernel: 7, stride: 4, padding: 3), Layer(inputs: 48, outputs: 16, kernel: 3, stride: 3, padding: 2),
  ]
  static let randomLayers: [Layer] = {
    var random = SeededGenerator(seed: 16, purpose: "coded layers")
    return (0..<32).map { _ in
      let sizes = RandomLayerSizes(using: &random)
      var layer = Layer(
        inputs: sizes.inputs, outputs: sizes.outputs, kernel: sizes.kernel, stride: sizes.stride,
        padding: sizes.padding)
      (layer.side, layer.batch) = (sizes.side, sizes.batch)
      layer.rectifies = sizes.padding > 0 || Bool.random(using: &random)
      layer.bits = Int.random(in: 2...8, using: &random)
      return layer
    }
  }()

  private static func model(_ layer: Layer, hasNorm: Bool = false) throws -> Model {
    var graph = Graph(
      architecture: "layer", input: Shape(channels: layer.inputs, height: layer.side, width: layer.side))
    if layer.rectifies { try graph.append("relu", .activation(.relu), graph.output) }
    let grid = QuantizationGrid(minimum: 0, maximum: 1 << layer.bits - 1, symmetric: false)
    try graph.append(
      "codes", .fakeQuantize(FakeQuantize(observer: "in", grid: grid)), graph.output)
    var convolution = Convolution(
      inputs: layer.inputs, outputs: layer.outputs, kernel: layer.kernel, stride: layer.stride,
      padding: layer.padding, hasBias: false)
    let edge = 1 << (layer.bits - 1) - 1
    convolution.weightGrid = QuantizationGrid(
      minimum: -edge, maximum: edge, symmetric: true, perChannel: true)
    try graph.append("conv", .convolution(convolution), graph.output)
    if hasNorm { try graph.append("bn", .batchNorm(BatchNorm(channels: layer.outputs)), graph.output) }
    try graph.append("flatten", .flatten, graph.output)
    return Model(
      kind: .fakeQuantized, graph: graph, parameters: initialParameters(for: graph, seed: 4))
  }

  /// What the layer computes, by its definition.
  private struct Plain {
    var values: [Double]
    /// Where a gradient reaches the images.
    var passes: [Bool]
    var weights: [Double]
    var pairs: [PlainPair] = []

    init(_ layer: Layer, images: [Float], weights: [Float]) {
      let levels = Double(1 << layer.bits - 1)
      let rectified = images.map { layer.rectifies ? max(Double($0), 0) : Double($0) }
      let (low, high) = (min(rectified.min() ?? 0, 0), max(rectified.max() ?? 0, 0))
      let scale = Double(Float(high - low) / Float(levels))
      let zero = (-low / scale).rounded(.toNearestOrEven)
      // Which side of an edge a value is on, floats decide.
      let codes = rectified.map {
        min(max(Double((Float($0) * (1 / Float(scale))).rounded(.toNearestOrEven)) + zero, 0), levels)
      }
      values = codes.map { ($0 - zero) * scale }
      passes = images.map { !layer.rectifies || $0 > 0 }
      let fan = layer.inputs * layer.kernel * layer.kernel
      let edge = Double(1 << (layer.bits - 1) - 1)
      self.weights = weights.indices.map { index in
        let row = index / fan * fan
        let scale = (weights[row..<row + fan].map(abs).max() ?? 0) / Float(edge)
        return Double((weights[index] * (1 / scale)).rounded(.toNearestOrEven)) * Double(scale)
      }
      pairs = plainPairs(
        Convolution(
          inputs: layer.inputs, outputs: layer.outputs, kernel: layer.kernel, stride: layer.stride,
          padding: layer.padding), side: layer.side, batch: layer.batch)
    }
  }

  @Test(arguments: layers + randomLayers) func sumsAndGradientsAreThoseOfPlainLoops(_ layer: Layer) throws {
    let model = try Self.model(layer)
    let plan = try TrainingPlan(model, batch: layer.batch, optimizer: .adam(), differentiatesInput: true)
    let images = formulaValues("images", salt: "codes", count: plan.input.count)
    _ = plan.input.update(fromContentsOf: images)
    try plan.forward()
    let direction = formulaValues("direction", salt: "codes", count: plan.logits.count)
    _ = plan.logitsGradient.update(fromContentsOf: direction)
    let logits = Array(plan.logits)
    try plan.backward()

    let isCoded = plan.stepDescriptions.contains { $0.label == "conv scale sums" }
    let canBe = Processor.hasExactByteProducts && (layer.rectifies || layer.padding == 0)
    #expect(isCoded == canBe)
    let usesTiles = plan.stepDescriptions.contains { $0.implementation == "own amx_bf16" }
    #expect(usesTiles == (canBe && Processor.hasMatrixUnits))
    let weights = try #require(model.parameters["conv.weight"]).floats
    let plain = Plain(layer, images: images, weights: weights)
    var sums = [Double](repeating: 0, count: logits.count)
    var weightGradient = [Double](repeating: 0, count: weights.count)
    var imageGradient = [Double](repeating: 0, count: images.count)
    for pair in plain.pairs {
      let (output, input, weight) = (pair.output, pair.input, pair.weight)
      sums[output] += plain.values[input] * plain.weights[weight]
      weightGradient[weight] += Double(direction[output]) * plain.values[input]
      guard plain.passes[input] else { continue }
      imageGradient[input] += Double(direction[output]) * plain.weights[weight]
    }
    expectNear(logits, sums, "sums")
    expectNear(try #require(plan.exportGradients()["conv.weight"]).floats, weightGradient, "weights")
    expectNear(Array(try #require(plan.inputGradient)), imageGradient, "images")
  }

  /// Neither the number of threads nor what else is asked for changes a bit of a gradient.
  @Test func gradientsAreTheSameToTheBitHoweverTheyAreAskedFor() throws {
    let layer = Layer(inputs: 48, outputs: 64, kernel: 3, padding: 1, batch: 20)
    let model = try Self.model(layer)
    func found(threads: Int = 1, images: Bool = true, frozen: Set<String> = []) throws -> ([Float]?, [Float]?)
    {
      let before = Processor.threadCount
      Processor.useThreads(threads)
      defer { Processor.useThreads(before) }
      let plan = try TrainingPlan(
        model, batch: layer.batch, optimizer: .adam(), differentiatesInput: images,
        tempos: LayerTempos(frozen: frozen))
      _ = plan.input.update(fromContentsOf: formulaValues("images", salt: "bits", count: plan.input.count))
      try plan.forward()
      _ = plan.logitsGradient.update(
        fromContentsOf: formulaValues("direction", salt: "bits", count: plan.logits.count))
      try plan.backward()
      return (try plan.exportGradients()["conv.weight"]?.floats, plan.inputGradient.map(Array.init))
    }
    let one = try found()
    let two = try found(threads: 2)
    #expect(one.0 == two.0 && one.1 == two.1 && one.0 != nil && one.1 != nil)
    #expect(try found(images: false).0 == one.0)
    #expect(try found(frozen: ["conv"]).1 == one.1)
  }

  /// Both gradients of a batch, found for so many images at a time.
  private func gradients(of model: Model, batch: Int, at time: Int) throws -> (
    weights: [Double], images: [Double]
  ) {
    let plan = try TrainingPlan(model, batch: time, optimizer: .adam(), differentiatesInput: true)
    let parts = batch / time
    var x = formulaValues("images", salt: "parts", count: parts * plan.input.count)
    // One range, whichever images are looked at.
    for image in 0..<batch { x[image * x.count / batch] = 4 }
    let direction = formulaValues("direction", salt: "parts", count: parts * plan.logits.count)
    var result: (weights: [Double], images: [Double]) = ([], [])
    for part in 0..<parts {
      _ = plan.input.update(fromContentsOf: x[part * plan.input.count..<(part + 1) * plan.input.count])
      try plan.forward()
      _ = plan.logitsGradient.update(
        fromContentsOf: direction[part * plan.logits.count..<(part + 1) * plan.logits.count])
      try plan.backward()
      let weights = try #require(plan.exportGradients()["conv.weight"]).floats.map(Double.init)
      result.weights = part == 0 ? weights : zip(result.weights, weights).map(+)
      result.images += try #require(plan.inputGradient).map(Double.init)
    }
    return result
  }

  /// A large batch is gone through in parts; its gradients are those that are found for a few images at a time.
  @Test func gradientsOfALargeBatchAreThoseOfItsParts() throws {
    let model = try Self.model(Layer(inputs: 64, outputs: 64, kernel: 3, padding: 1))
    let whole = try gradients(of: model, batch: 70, at: 70)
    let parts = try gradients(of: model, batch: 70, at: 7)
    expectNear(whole.weights.map(Float.init), parts.weights, "weights")
    expectNear(whole.images.map(Float.init), parts.images, "images")
  }

  /// Batch norm hears of y from the step that scales the sums.
  @Test(arguments: [Layer(kernel: 3, padding: 1), Layer(inputs: 80, outputs: 48, kernel: 1, padding: 0)])
  func statisticsAreThoseOfPlainLoops(_ layer: Layer) throws {
    let model = try Self.model(layer, hasNorm: true)
    let weights = try #require(model.parameters["conv.weight"])
    let plan = try TrainingPlan(model, batch: layer.batch, optimizer: .adam())
    let images = formulaValues("images", salt: "codes", count: plan.input.count)
    _ = plan.input.update(fromContentsOf: images)
    try plan.forward()
    let plain = Plain(layer, images: images, weights: weights.floats)
    var sums = [Double](repeating: 0, count: plan.logits.count)
    for pair in plain.pairs {
      let (output, input, weight) = (pair.output, pair.input, pair.weight)
      sums[output] += plain.values[input] * plain.weights[weight]
    }
    let plane = layer.side * layer.side
    let found = try plan.exportParameters()
    for (name, expected) in [
      ("mean", { (y: [Double]) in y.reduce(0, +) / Double(y.count) * 0.1 }),
      (
        "var",
        { (y: [Double]) in
          let mean = y.reduce(0, +) / Double(y.count)
          return 0.9 + 0.1 * y.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(y.count - 1)
        }
      ),
    ] {
      let channels = (0..<layer.outputs).map { channel in
        expected(
          (0..<layer.batch).flatMap { image in
            let start = (image * layer.outputs + channel) * plane
            return Array(sums[start..<start + plane])
          })
      }
      expectNear(try #require(found["bn.running_\(name)"]).floats, channels, name)
    }
  }

  /// Activations that are kept as codes alone are those that a loss would be shown.
  @Test func codesAloneGiveTheBitsThatFloatsBesideThemGive() throws {
    var graph = Graph(architecture: "chain", input: Shape(channels: 3, height: 12, width: 12))
    var channels = 3
    for (index, outputs) in [32, 48, 32].enumerated() {
      let convolution = Convolution(inputs: channels, outputs: outputs, kernel: 3, padding: 1, hasBias: false)
      try graph.append("conv\(index)", .convolution(convolution), graph.output)
      try graph.append("bn\(index)", .batchNorm(BatchNorm(channels: outputs)), graph.output)
      try graph.append("relu\(index)", .activation(.relu), graph.output)
      channels = outputs
    }
    try graph.append("flatten", .flatten, graph.output)
    try graph.append("fc", .dense(Dense(inputs: graph.outputShape.count, outputs: 4)), graph.output)
    let model = Model(
      kind: .fakeQuantized, graph: try prepare(graph, policy: QuantizationPolicy()),
      parameters: initialParameters(for: graph, seed: 6))
    let results = try [[], ["relu0", "relu1"]].map { captures in
      let plan = try TrainingPlan(model, batch: 4, optimizer: .adam(), captures: captures)
      _ = plan.input.update(fromContentsOf: formulaValues("x", salt: "chain", count: plan.input.count))
      try plan.forward()
      _ = plan.logitsGradient.update(
        fromContentsOf: formulaValues("d", salt: "chain", count: plan.logits.count))
      try plan.backward()
      let widens = plan.stepDescriptions.contains { $0.label.hasSuffix("widen codes") }
      // Matrix units read the codes themselves.
      #expect(widens == (captures.isEmpty && Processor.hasExactByteProducts && !Processor.hasMatrixUnits))
      return (Array(plan.logits), try plan.exportGradients())
    }
    #expect(results[0].0 == results[1].0)
    for (name, gradient) in results[0].1 where name != "images" {
      #expect(gradient.floats == results[1].1[name]?.floats, "\(name)")
      #expect(gradient.floats.contains { $0 != 0 }, "\(name)")
    }
  }
}
