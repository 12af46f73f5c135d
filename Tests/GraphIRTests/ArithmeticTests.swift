import GraphIR
import Testing

@Suite struct ArithmeticTests {
  @Test func aChainIsCountedByHand() throws {
    let graph = try Graph(
      sequential: [
        .convolution(outputs: 4, kernel: 3), .activation(.relu), .pool(Pooling(.maximum, kernel: 2)),
        .convolution(outputs: 6, kernel: 3), .dense(outputs: 10),
      ], architecture: "chain", input: Shape(channels: 2, height: 8, width: 8))
    // 9 taps of 2 channels at 4·8·8 places, 9 of 4 at 6·4·4, and 96·10; each multiplies and adds.
    let layers = [2 * 9 * 2 * 4 * 64, 2 * 9 * 4 * 6 * 16, 2 * 96 * 10]
    #expect(graph.forwardOperations == layers.reduce(0, +))
    #expect(graph.trainingOperations == 2 * layers[0] + 3 * layers[1] + 3 * layers[2])
  }

  @Test func resnet18HasItsKnownArithmetic() throws {
    let graph = try #require(Architecture.named("resnet18")).build(
      Shape(channels: 3, height: 224, width: 224), 1000)
    // torchvision gives 1.814 G multiplications; the first layer, 7·7·3·64·112·112, needs no data gradient.
    #expect(graph.forwardOperations == 2 * 1_814_073_344)
    #expect(graph.trainingOperations == 3 * graph.forwardOperations - 2 * 118_013_952)
  }

  @Test func batchNormBeforeTheFirstLayerNeedsItsDataGradient() throws {
    let graph = try Graph(
      sequential: [.batchNorm, .convolution(outputs: 4, kernel: 3), .dense(outputs: 10)],
      architecture: "chain", input: Shape(channels: 1, height: 8, width: 8))
    #expect(graph.trainingOperations == 3 * graph.forwardOperations)
  }
}
