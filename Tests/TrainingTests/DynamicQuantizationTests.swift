import Datasets
import Execution
import GraphIR
import Quantization
import Testing
import Training

@Suite struct DynamicQuantizationTests {
  @Test(arguments: [Activation.relu, nil])
  func aDenseLayerRoundsItsBatchAndMultipliesIntegers(_ activation: Activation?) throws {
    var graph = Graph(architecture: "dense", input: .vector(37))
    try graph.append("fc", .dense(Dense(inputs: 37, outputs: 5)), 0)
    if let activation { try graph.append("relu", .activation(activation), 1) }
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 9))
    let dynamic = try quantizeDynamically(model)
    #expect(dynamic.kind == .dynamic)
    let plan = try InferencePlan(dynamic, batch: 3)
    var generator = SeededGenerator(seed: 2, purpose: "dynamic")
    let images = (0..<3 * 37).map { _ in 3 * generator.uniform() - 1 }
    for (index, value) in images.enumerated() { plan.input[index] = value }
    try plan.run()
    let weights = try #require(model.parameters["fc.weight"]).floats
    let bias = try #require(model.parameters["fc.bias"]).floats
    let scale = (weights.map(abs).max() ?? 0) / 127
    let grid = QuantizationGrid(minimum: 0, maximum: 255, symmetric: false)
    let input = chooseQuantizationParameters(
      minimum: images.min() ?? 0, maximum: images.max() ?? 0, grid: grid)
    for row in 0..<3 {
      for output in 0..<5 {
        var sum: Int32 = 0
        for place in 0..<37 {
          let code = Int32((weights[output * 37 + place] / scale).rounded(.toNearestOrEven))
          sum += (input.code(of: images[row * 37 + place]) - input.zeroPoint) * code
        }
        var expected = Float(sum) * input.scale * scale + bias[output]
        if activation != nil { expected = max(expected, 0) }
        #expect(abs(plan.logits[row * 5 + output] - expected) <= 1e-5)
      }
    }
  }

  @Test func onlyDenseLayersChangeAndTheAccuracyStays() throws {
    let (data, model) = try #require(CalibrationTests.trained)
    let dynamic = try quantizeDynamically(model)
    #expect(dynamic.parameters["conv1.weight"]?.floats.isEmpty == false)
    #expect(dynamic.parameters["fc.weight"]?.int8s.isEmpty == false)
    let float = try #require(try evaluate(model, on: data.test, of: data, cancellation: Cancellation()))
    let rounded = try #require(
      try evaluate(dynamic, on: data.test, of: data, cancellation: Cancellation()))
    #expect(float.accuracy > 0.4)
    let same = zip(float.predictions, rounded.predictions).count { $0 == $1 }
    // Images near the border of two classes may change sides; the loss tells that no more did.
    #expect(Double(same) >= 0.95 * Double(data.test.count))
    #expect(abs(float.loss - rounded.loss) < 0.01 * float.loss)
  }

  @Test func aNetworkWithoutDenseLayersIsRefused() throws {
    var graph = Graph(architecture: "conv", input: Shape(channels: 1, height: 8, width: 8))
    try graph.append("conv", .convolution(Convolution(inputs: 1, outputs: 10, kernel: 8)), 0)
    let model = Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 0))
    #expect(throws: RewriteError.self) { try quantizeDynamically(model) }
  }

  @Test func sharesCountWeightsAndMultiplications() throws {
    var graph = Graph(architecture: "two", input: Shape(channels: 1, height: 8, width: 8))
    try graph.append("conv", .convolution(Convolution(inputs: 1, outputs: 4, kernel: 3, padding: 1)), 0)
    try graph.append("flatten", .flatten, 1)
    try graph.append("fc", .dense(Dense(inputs: 256, outputs: 10)), 2)
    let share = DenseShare(of: graph)
    #expect((share.denseWeights, share.weights) == (2560, 2596))
    #expect((share.denseProducts, share.products) == (2560, 2560 + 36 * 64))
  }
}
