import GraphIR
import Testing

@Suite struct GraphTests {
  let images = Shape(channels: 1, height: 28, width: 28)

  @Test func resnet18HasTorchvisionsParametersAndShapes() throws {
    let graph = try #require(Architecture.named("resnet18")).build(
      Shape(channels: 3, height: 224, width: 224), 1000)
    let parameters = initialParameters(for: graph, seed: 0)
    let trained = parameters.tensors.filter { !$0.key.contains("running") }
    // torchvision's resnet18 has 11,689,512 parameters.
    #expect(trained.values.reduce(0) { $0 + $1.count } == 11_689_512)
    #expect(parameters["layer4.0.downsample.0.weight"]?.shape == [512, 256, 1, 1])
    #expect(parameters["layer1.1.bn2.running_var"]?.shape == [64])
    let last = graph.nodes.last { $0.name == "layer4.1.add" }
    #expect(last?.shape == Shape(channels: 512, height: 7, width: 7))
  }

  @Test func chainsNameTheirLayersAndFollowShapes() throws {
    let graph = try Graph(
      sequential: [
        .convolution(outputs: 16, kernel: 3), .batchNorm, .activation(.relu),
        .pool(Pooling(.maximum, kernel: 2)),
        .convolution(outputs: 32, kernel: 3), .activation(.relu), .dense(outputs: 10),
      ], architecture: "tiny", input: images)
    #expect(
      graph.nodes.map(\.name) == [
        "input", "conv1", "bn1", "relu1", "pool1", "conv2", "relu2", "fc.flatten", "fc",
      ])
    #expect(graph.nodes[4].shape == Shape(channels: 16, height: 14, width: 14))
    #expect(graph.classes == 10)
    let parameters = initialParameters(for: graph, seed: 0)
    #expect(parameters["conv1.bias"] == nil)
    #expect(parameters["conv2.bias"]?.shape == [32])
  }

  @Test func aLayerThatDoesNotFitIsNamedByItsPlace() {
    let layers: [Layer] = [
      .pool(Pooling(.maximum, kernel: 20)), .convolution(outputs: 4, kernel: 3, padding: 0),
    ]
    #expect(throws: SequentialError(layer: 1, reason: "a 3×3 kernel does not fit into 1×1 with padding 0")) {
      try Graph(sequential: layers, architecture: "x", input: images)
    }
  }

  @Test func groupsJoinWhatRunsAsOneLayer() throws {
    let graph = try #require(Architecture.named("resnet18")).build(images, 10)
    let groups = graph.layerGroups
    func names(_ group: LayerGroup) -> [String] {
      [group.head, group.norm, group.add, group.activation].compactMap { $0 }.map { graph.nodes[$0].name }
    }
    let block = try #require(groups.first { graph.nodes[$0.head].name == "layer2.0.conv2" })
    #expect(names(block) == ["layer2.0.conv2", "layer2.0.bn2", "layer2.0.add", "layer2.0.relu2"])
    #expect(block.residual.map { graph.nodes[$0].name } == "layer2.0.downsample.1")
    let side = try #require(groups.first { graph.nodes[$0.head].name == "layer2.0.downsample.0" })
    #expect(names(side) == ["layer2.0.downsample.0", "layer2.0.downsample.1"])
    let members = groups.flatMap { group in
      Set([group.head, group.norm, group.add, group.activation].compactMap { $0 })
    }
    #expect(members.sorted() == Array(graph.nodes.indices))
  }

  @Test func freshParametersComeFromTheSeedAlone() throws {
    let graph = try #require(Architecture.named("qatcnn")).build(images, 10)
    #expect(initialParameters(for: graph, seed: 3) == initialParameters(for: graph, seed: 3))
    #expect(initialParameters(for: graph, seed: 3) != initialParameters(for: graph, seed: 4))
  }
}
