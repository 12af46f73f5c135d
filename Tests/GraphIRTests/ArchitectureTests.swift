import GraphIR
import Testing

@Suite struct ArchitectureTests {
  /// Trained parameters, counted from the layers' shapes.
  static func count(_ graph: Graph) -> Int {
    graph.nodes.reduce(0) { sum, node in
      switch node.operation {
      case .convolution(let convolution):
        sum + convolution.weightShape.reduce(1, *) + (convolution.hasBias ? convolution.outputs : 0)
      case .dense(let dense): sum + dense.inputs * dense.outputs + dense.outputs
      case .batchNorm(let norm): sum + 2 * norm.channels
      default: sum
      }
    }
  }

  static func built(_ name: String, _ size: Int, channels: Int = 3, classes: Int = 10) throws -> Graph {
    try #require(Architecture.named(name)).build(
      Shape(channels: channels, height: size, width: size), classes)
  }

  /// torchvision's published counts for images of 224 pixels and 1000 classes.
  @Test(arguments: [
    ("resnet18", 11_689_512), ("resnet34", 21_797_672), ("resnet50", 25_557_032), ("mobilenetv2", 3_504_872),
    ("vgg11", 132_863_336), ("vgg11_bn", 132_868_840),
  ])
  func torchvisionsNetworksHaveItsParameterCounts(_ name: String, _ expected: Int) throws {
    #expect(Self.count(try Self.built(name, 224, classes: 1000)) == expected)
  }

  /// LeCun's 61,706 (with both dense layers full), 784·256 + 256 + 256·128 + 128 + 128·10 + 10, and He's 269,722 with
  /// 16·32 + 64 + 32·64 + 128 for two projections.
  @Test(arguments: [("lenet5", 1, 61_706), ("mlp", 1, 235_146), ("resnet20", 3, 272_474)])
  func smallNetworksHaveTheirParameterCounts(_ name: String, _ channels: Int, _ expected: Int) throws {
    #expect(Self.count(try Self.built(name, channels == 1 ? 28 : 32, channels: channels)) == expected)
  }

  @Test(arguments: [
    ("resnet34", "layer3.5.conv2.weight", [256, 256, 3, 3]),
    ("resnet50", "layer1.0.downsample.0.weight", [256, 64, 1, 1]),
    ("resnet50", "layer4.2.bn3.running_var", [2048]),
    ("resnet20", "layer3.0.downsample.0.weight", [64, 32, 1, 1]),
    ("mobilenetv2", "features.0.0.weight", [32, 1, 3, 3]),
    ("mobilenetv2", "features.1.conv.0.0.weight", [32, 1, 3, 3]),
    ("mobilenetv2", "features.1.conv.1.weight", [16, 32, 1, 1]),
    ("mobilenetv2", "features.17.conv.1.0.weight", [960, 1, 3, 3]),
    ("mobilenetv2", "features.17.conv.3.running_mean", [320]),
    ("mobilenetv2", "features.18.1.weight", [1280]),
    ("mobilenetv2", "classifier.1.weight", [10, 1280]),
    ("vgg11_bn", "features.0.bias", [64]),
    ("vgg11_bn", "features.1.running_mean", [64]),
    ("vgg11_bn", "features.25.weight", [512, 512, 3, 3]),
    ("vgg11_bn", "features.26.weight", [512]),
    ("vgg11_bn", "classifier.6.weight", [10, 4096]),
    ("lenet5", "fc1.weight", [120, 400]),
  ])
  func parametersHaveTorchvisionsNames(_ name: String, _ parameter: String, _ shape: [Int]) throws {
    let parameters = initialParameters(for: try Self.built(name, 28, channels: 1), seed: 0)
    #expect(parameters[parameter]?.shape == shape)
  }

  @Test func vggCountsActivationsAndPoolsAsTorchvisionDoes() throws {
    let graph = try Self.built("vgg11", 224, classes: 1000)
    let names = graph.nodes.filter {
      if case .convolution = $0.operation { true } else if case .dense = $0.operation { true } else { false }
    }.map(\.name)
    let indices = [0, 3, 6, 8, 11, 13, 16, 18]
    #expect(names == indices.map { "features.\($0)" } + ["classifier.0", "classifier.3", "classifier.6"])
    #expect(
      graph.nodes.contains {
        $0.name == "features.20" && $0.shape == Shape(channels: 512, height: 7, width: 7)
      })
  }

  @Test(arguments: Architecture.all.map(\.name), [28, 32])
  func everyArchitectureTakesSmallImages(_ name: String, _ size: Int) throws {
    #expect(try Self.built(name, size, channels: size == 28 ? 1 : 3).classes == 10)
  }

  @Test func imagesOfTheWrongSizeAreRefusedWithTheReason() throws {
    let small = try #require(throws: ShapeError.self) { try Self.built("lenet5", 8) }
    #expect(small.node == "conv2" && small.reason.contains("5×5 kernel does not fit into 4×4"))
    let large = try #require(throws: ShapeError.self) { try Self.built("vgg11", 256) }
    #expect(large.reason.contains("8×8") && large.reason.contains("255 pixels"))
  }

  @Test func mobilenetsClassifierBeginsWithADeviationOfAHundredth() throws {
    let parameters = initialParameters(for: try Self.built("mobilenetv2", 32), seed: 3)
    let weights = try #require(parameters["classifier.1.weight"]?.floats)
    let variance = weights.reduce(0) { $0 + $1 * $1 } / Float(weights.count)
    #expect(abs(variance.squareRoot() - 0.01) < 2e-4)
    #expect(parameters["classifier.1.bias"]?.floats.allSatisfy { $0 == 0 } == true)
    // Depthwise: one output a group, so the fan-out is the kernel's nine taps.
    let depthwise = try #require(parameters["features.17.conv.1.0.weight"]?.floats)
    let spread = (depthwise.reduce(0) { $0 + $1 * $1 } / Float(depthwise.count)).squareRoot()
    #expect(abs(spread - (2 / Float(9)).squareRoot()) < 0.01)
  }
}
