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
    var testDescription: String {
      "\(inputs) to \(outputs), kernel \(kernel), stride \(stride), padding \(padding), \(bits) bits"
        + (rectifies ? "" : ", a zero point")
    }
  }

  static let layers = [
    Layer(kernel: 3, padding: 1), Layer(kernel: 3, stride: 2, padding: 1), Layer(kernel: 1, padding: 0),
    Layer(inputs: 48, outputs: 80, kernel: 5, padding: 2), Layer(kernel: 1, padding: 0, rectifies: false),
    Layer(inputs: 32, outputs: 16, kernel: 3, padding: 0, rectifies: false),
    Layer(inputs: 80, outputs: 144, kernel: 1, stride: 2, padding: 0),
    Layer(kernel: 3, padding: 1, bits: 4), Layer(kernel: 3, padding: 1, rectifies: false),
  ]
  static let side = 9
  static let batch = 3

  private static func model(_ layer: Layer) throws -> Model {
    var graph = Graph(
      architecture: "layer", input: Shape(channels: layer.inputs, height: side, width: side))
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
    var pairs: [(output: Int, input: Int, weight: Int)] = []

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
      let made = (side + 2 * layer.padding - layer.kernel) / layer.stride + 1
      for image in 0..<batch {
        for output in 0..<layer.outputs {
          for place in 0..<made * made {
            let row = place / made * layer.stride - layer.padding
            let column = place % made * layer.stride - layer.padding
            let target = (image * layer.outputs + output) * made * made + place
            for tap in 0..<layer.kernel * layer.kernel {
              let (y, x) = (row + tap / layer.kernel, column + tap % layer.kernel)
              guard (0..<side).contains(y), (0..<side).contains(x) else { continue }
              for input in 0..<layer.inputs {
                pairs.append(
                  (
                    target, ((image * layer.inputs + input) * side + y) * side + x,
                    (output * layer.inputs + input) * layer.kernel * layer.kernel + tap
                  ))
              }
            }
          }
        }
      }
    }
  }

  private func expectNear(_ found: [Float], _ expected: [Double], _ name: String) {
    let error = zip(found, expected).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
    let size = expected.reduce(1e-9) { max($0, abs($1)) }
    #expect(found.count == expected.count && error < 1e-5 * size, "\(name): \(error) of \(size)")
  }

  @Test(arguments: layers) func sumsAndGradientsAreThoseOfPlainLoops(_ layer: Layer) throws {
    let model = try Self.model(layer)
    let plan = try TrainingPlan(model, batch: Self.batch, optimizer: .adam(), differentiatesInput: true)
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
    let weights = try #require(model.parameters["conv.weight"]).floats
    let plain = Plain(layer, images: images, weights: weights)
    var sums = [Double](repeating: 0, count: logits.count)
    var weightGradient = [Double](repeating: 0, count: weights.count)
    var imageGradient = [Double](repeating: 0, count: images.count)
    for (output, input, weight) in plain.pairs {
      sums[output] += plain.values[input] * plain.weights[weight]
      weightGradient[weight] += Double(direction[output]) * plain.values[input]
      guard plain.passes[input] else { continue }
      imageGradient[input] += Double(direction[output]) * plain.weights[weight]
    }
    expectNear(logits, sums, "sums")
    expectNear(try #require(plan.exportGradients()["conv.weight"]).floats, weightGradient, "weights")
    expectNear(Array(try #require(plan.inputGradient)), imageGradient, "images")
  }
}
