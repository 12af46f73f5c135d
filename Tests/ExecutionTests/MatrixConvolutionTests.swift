import Execution
import GraphIR
import Testing

/// Convolutions in bfloat16 against plain loops in Double, wherever they are computed.
@Suite struct MatrixConvolutionTests {
  struct Layer: CustomTestStringConvertible {
    var inputs = 32
    var outputs = 48
    var kernel = 3
    var stride = 1
    var padding = 1
    var side: Int
    var batch: Int
    var hasBias = false
    var testDescription: String {
      "\(inputs) to \(outputs), kernel \(kernel), stride \(stride), padding \(padding), "
        + "\(batch) images of \(side)" + (hasBias ? ", a bias" : "")
    }
  }

  static let layers = [
    Layer(side: 1, batch: 20), Layer(side: 2, batch: 16), Layer(side: 4, batch: 33),
    Layer(stride: 2, side: 5, batch: 17), Layer(inputs: 64, outputs: 16, side: 9, batch: 3),
    Layer(inputs: 16, outputs: 64, kernel: 1, padding: 0, side: 7, batch: 5),
    Layer(inputs: 48, kernel: 1, stride: 2, padding: 0, side: 6, batch: 4),
    Layer(kernel: 5, stride: 3, padding: 2, side: 11, batch: 2), Layer(side: 3, batch: 31, hasBias: true),
    Layer(kernel: 2, stride: 3, padding: 0, side: 8, batch: 2),
  ]

  static let randomLayers: [Layer] = {
    var random = SeededGenerator(seed: 16, purpose: "layers in bfloat16")
    return (0..<32).map { _ in
      let sizes = RandomLayerSizes(using: &random)
      return Layer(
        inputs: sizes.inputs, outputs: sizes.outputs, kernel: sizes.kernel, stride: sizes.stride,
        padding: sizes.padding, side: sizes.side, batch: sizes.batch, hasBias: Bool.random(using: &random))
    }
  }()

  @Test(arguments: layers + randomLayers) func sumsAndGradientsAreThoseOfPlainLoops(_ layer: Layer) throws {
    var graph = Graph(
      architecture: "layer", input: Shape(channels: layer.inputs, height: layer.side, width: layer.side))
    let convolution = Convolution(
      inputs: layer.inputs, outputs: layer.outputs, kernel: layer.kernel, stride: layer.stride,
      padding: layer.padding, hasBias: layer.hasBias)
    try graph.append("conv", .convolution(convolution), graph.output)
    try graph.append("flatten", .flatten, graph.output)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 4))
    let plan = try TrainingPlan(
      model, batch: layer.batch, optimizer: .adam(), precision: .bfloat16, differentiatesInput: true)
    let images = halved(formulaValues("images", salt: "halves", count: plan.input.count))
    _ = plan.input.update(fromContentsOf: images)
    try plan.forward()
    let direction = halved(formulaValues("direction", salt: "halves", count: plan.logits.count))
    _ = plan.logitsGradient.update(fromContentsOf: direction)
    let logits = Array(plan.logits)
    try plan.backward()

    let usesTiles = plan.stepDescriptions.contains { $0.implementation == "own amx_bf16" }
    // oneDNN has no fast code for a padding that holds a whole kernel: such a layer stays in float.
    #expect(usesTiles == (Processor.hasMatrixUnits && layer.padding < layer.kernel))
    let weights = halved(try #require(model.parameters["conv.weight"]).floats)
    let bias = model.parameters["conv.bias"]?.floats
    let plane = logits.count / layer.batch / layer.outputs
    var sums = logits.indices.map { Double(bias?[$0 / plane % layer.outputs] ?? 0) }
    var weightGradient = [Double](repeating: 0, count: weights.count)
    var imageGradient = [Double](repeating: 0, count: images.count)
    for pair in plainPairs(convolution, side: layer.side, batch: layer.batch) {
      sums[pair.output] += Double(images[pair.input]) * Double(weights[pair.weight])
      weightGradient[pair.weight] += Double(direction[pair.output]) * Double(images[pair.input])
      imageGradient[pair.input] += Double(direction[pair.output]) * Double(weights[pair.weight])
    }
    // What is kept in bfloat16 has 8 bits.
    let half = 1.0 / 256
    let gradients = try plan.exportGradients()
    expectNear(logits, sums, "sums", within: half)
    expectNear(try #require(gradients["conv.weight"]).floats, weightGradient, "weights", within: 1e-5)
    expectNear(Array(try #require(plan.inputGradient)), imageGradient, "images", within: half)
    guard layer.hasBias else { return }
    var biasGradient = [Double](repeating: 0, count: layer.outputs)
    for (place, value) in direction.enumerated() {
      biasGradient[place / plane % layer.outputs] += Double(value)
    }
    expectNear(try #require(gradients["conv.bias"]).floats, biasGradient, "bias", within: 1e-5)
  }
}
