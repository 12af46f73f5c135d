import Execution
import GraphIR
import Testing

/// Batches of four take other code than single images: dense products over tiny planes, Winograd over larger ones.
@Suite struct SmallPlaneTests {
  @Test func aBatchHasTheLogitsOfItsImagesAlone() throws {
    let model = try residualModel()
    let images = formulaValues("images", salt: "planes", count: 4 * model.graph.inputShape.count)
    let together = try InferencePlan(model, batch: 4)
    _ = together.input.update(fromContentsOf: images)
    try together.run()
    let alone = try InferencePlan(model, batch: 1)
    let size = model.graph.inputShape.count
    for image in 0..<4 {
      _ = alone.input.update(fromContentsOf: images[image * size..<(image + 1) * size])
      try alone.run()
      for (index, logit) in alone.logits.enumerated() {
        #expect(abs(together.logits[image * alone.logits.count + index] - logit) < 1e-4)
      }
    }
  }

  /// Biased convolutions over 4×4, 2×2 and 1×1, and a residual sum over 2×2.
  private func residualModel() throws -> Model {
    var graph = Graph(architecture: "planes", input: Shape(channels: 16, height: 4, width: 4))
    func append(_ name: String, _ inputs: Int, _ outputs: Int, stride: Int) throws {
      let convolution = Convolution(inputs: inputs, outputs: outputs, kernel: 3, stride: stride, padding: 1)
      try graph.append(name, .convolution(convolution), graph.output)
    }
    try append("wide", 16, 16, stride: 1)
    try append("halved", 16, 32, stride: 2)
    let halved = try graph.append("relu", .activation(.relu), graph.output)
    try append("square", 32, 32, stride: 1)
    try graph.append("add", .add, graph.output, halved)
    try graph.append("relu2", .activation(.relu), graph.output)
    try append("single", 32, 48, stride: 2)
    try append("point", 48, 32, stride: 1)
    try graph.append("flatten", .flatten, graph.output)
    try graph.append("fc", .dense(Dense(inputs: graph.outputShape.count, outputs: 5)), graph.output)
    return Model(kind: .float, graph: graph, parameters: initialParameters(for: graph, seed: 4))
  }
}
