import GraphIR
import Testing

@Suite struct FeatureLayerTests {
  private let resnet: Graph
  private let chain: Graph

  init() throws {
    let architecture = try #require(Architecture.named("resnet18"))
    resnet = try architecture.build(Shape(channels: 3, height: 64, width: 64), 10)
    chain = try Graph(
      sequential: [
        .convolution(outputs: 4, kernel: 3), .batchNorm, .activation(.relu),
        .pool(Pooling(.maximum, kernel: 2)),
        .convolution(outputs: 8, kernel: 3), .activation(.relu), .dense(outputs: 10),
      ], architecture: "chain", input: Shape(channels: 1, height: 8, width: 8))
  }

  @Test(arguments: [
    ("layer1", "layer1.1.conv2", "layer1.1.relu2"), ("layer2.0", "layer2.0.conv2", "layer2.0.relu2"),
    ("layer3.1.bn1", "layer3.1.conv1", "layer3.1.relu1"),
    ("layer2.0.downsample", "layer2.0.downsample.0", "layer2.0.downsample.1"),
  ])
  func aStageOrANodeMeansTheOutputOfItsGroup(name: String, head: String, output: String) throws {
    let layer = try #require(resnet.featureLayer(name))
    #expect((layer.head, layer.output) == (head, output))
  }

  @Test func aNameThatMeansNothingFindsNothing() {
    for name in ["layer9", "layer", "", "input", "layer1.1.relu2.x"] {
      #expect(resnet.featureLayer(name) == nil, "\(name)")
    }
  }

  @Test func stagesAreTheLastLayersOfEachSizeByTheirShortestNames() {
    #expect(resnet.stages.map(\.name).suffix(4) == ["layer1", "layer2", "layer3", "layer4"])
    #expect(chain.stages.map(\.name) == ["relu1", "relu2"])
    #expect(chain.stages.map(\.shape.height) == [8, 4])
  }

  @Test func everyLayerIsFoundByItsName() {
    for graph in [resnet, chain] {
      for layer in graph.featureLayers { #expect(graph.featureLayer(layer.name) == layer) }
    }
  }
}
