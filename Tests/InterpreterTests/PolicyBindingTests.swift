import GraphIR
import Interpreter
import Language
import Quantization
import Testing

@Suite struct PolicyBindingTests {
  private let graph: Graph

  init() throws {
    graph = try #require(Architecture.named("resnet18")).build(
      Shape(channels: 1, height: 28, width: 28), 10)
  }

  private func chosen(_ options: String, hasExactByteProducts: Bool = true) throws -> QuantizationPolicy {
    let program = parse("qat s from t " + options, vocabulary: Command.vocabulary)
    let arguments = try #require(bind(program).bound.first).1
    return try policy(arguments, graph: graph, hasExactByteProducts: hasExactByteProducts)
  }

  private func precision(_ layer: String, _ policy: QuantizationPolicy) throws -> LayerPrecision {
    let id = try #require(graph.nodes.firstIndex { $0.name == layer })
    return try #require(layerPrecisions(of: graph, policy: policy)[id])
  }

  @Test(arguments: [
    ("", "layer1.0.conv1", LayerPrecision.integer(weights: 8, activations: 8)),
    ("bits 4", "layer1.0.conv1", .integer(weights: 4, activations: 4)),
    ("bits 4", "conv1", .integer(weights: 8, activations: 8)),
    ("bits 4", "fc", .integer(weights: 8, activations: 8)),
    ("bits(conv1: 4, rest: 4)", "conv1", .integer(weights: 4, activations: 4)),
    ("weights 4", "layer2.1.conv2", .integer(weights: 4, activations: 8)),
    ("ladder(8, 6, 4)", "layer2.1.conv2", .integer(weights: 4, activations: 4)),
    ("ladder(8, 3)", "fc", .integer(weights: 8, activations: 8)),
    ("ladder(8, 3) keep(fc: bf16)", "fc", .float(.bfloat16)),
    ("bits 6 weights 3", "layer2.1.conv2", .integer(weights: 3, activations: 6)),
    ("weights 4 activations 7", "layer2.1.conv2", .integer(weights: 4, activations: 7)),
    ("bits(layer1.*: 4, rest: 6)", "layer1.1.conv2", .integer(weights: 4, activations: 4)),
    ("bits(layer1.*: 4, rest: 6)", "layer2.0.downsample.0", .integer(weights: 6, activations: 6)),
    ("bits(*.conv1: 5)", "layer3.0.conv1", .integer(weights: 5, activations: 5)),
    // The name decides before a pattern, and the longer pattern before the shorter, in any order.
    (
      "bits(layer1.*: 4, layer1.0.*: 6, layer1.0.conv1: 8)", "layer1.0.conv1",
      .integer(weights: 8, activations: 8)
    ),
    (
      "bits(layer1.*: 4, layer1.0.*: 6, layer1.0.conv1: 8)", "layer1.0.conv2",
      .integer(weights: 6, activations: 6)
    ),
    (
      "bits(layer1.*: 4, layer1.0.*: 6, layer1.0.conv1: 8)", "layer1.1.conv2",
      .integer(weights: 4, activations: 4)
    ),
    ("keep(conv1, fc: bf16)", "conv1", .float(.float32)),
    ("keep(conv1, fc: bf16)", "fc", .float(.bfloat16)),
    ("keep(layer4.*: fp16) bits(layer4.0.conv1: 8)", "layer4.0.conv1", .integer(weights: 8, activations: 8)),
    ("keep(layer4.*: fp16) bits(layer4.0.conv1: 8)", "layer4.1.conv1", .float(.float16)),
  ])
  func anOptionDecidesALayer(options: String, layer: String, expected: LayerPrecision) throws {
    #expect(try precision(layer, chosen(options)) == expected)
  }

  @Test func optionsWithoutLayersSetTheirPart() throws {
    let written = try chosen("scheme pact power-of-two per-tensor symmetric backend onednn")
    #expect(written.scheme == .clippedActivation)
    #expect(written.powerOfTwo && written.symmetricActivations)
    #expect(written.perChannelWeights == false)
    #expect(written.backend == .onednn)
    #expect(try chosen("per-channel backend qnnpack").weightGrid(bits: 8).perChannel)
    #expect(try chosen("") == QuantizationPolicy())
  }

  @Test func affineAsksForTheZeroPointThatABackendHas() throws {
    for backend in ["x86", "fbgemm", "onednn", "qnnpack"] {
      let policy = try chosen("affine backend \(backend)")
      #expect(!policy.activationGrid(bits: 8, isPositive: false).symmetric)
      let usual = try chosen("backend \(backend)")
      #expect(policy == usual)
    }
  }

  @Test(arguments: [
    ("affine symmetric", "contrary-options", "exclude each other"),
    ("affine backend tensorrt", "no-zero-point", "codes around zero"),
    ("backend xnnpack affine", "no-zero-point", "codes around zero"),
    ("affine scheme lsq", "no-zero-point", "keeps its zero point at 0"),
    ("affine scheme pact", "no-zero-point", "keeps its zero point at 0"),
  ])
  func affineIsRefusedWhereNothingWouldHaveAZeroPoint(options: String, id: String, reason: String) throws {
    let error = #expect(throws: PolicyError.self) { try chosen(options) }
    #expect(error?.diagnostic.id == id)
    #expect(error?.diagnostic.message.contains(reason) == true)
  }

  /// Two products of 255 and 127 exceed 16 bits, two of 127 and 127 do not.
  @Test func activationsKeepTo7BitsOnX86WhereProductsAreAddedIn16() throws {
    let reduced = try chosen("", hasExactByteProducts: false)
    #expect(reduced.activationGrid(bits: 8, isPositive: true).maximum == 127)
    #expect(2 * 127 * 127 <= Int(Int16.max))
    #expect(reduced.activationGrid(bits: 4, isPositive: true).maximum == 15)
    #expect(try chosen("backend onednn", hasExactByteProducts: false).reducesRange == false)
    #expect(notes(on: reduced, graph).joined().contains("no VNNI"))
    #expect(try chosen("").activationGrid(bits: 8, isPositive: true).maximum == 255)
  }

  @Test(arguments: [
    ("", []),
    ("backend xnnpack", ["around zero"]),
    ("backend qnnpack", ["one scale a layer"]),
    ("bits 4", ["0…15", "-7…7", "conv1 and fc stay at 8 bits"]),
    ("bits(fc: 4, rest: 4)", ["conv1 stays at 8 bits"]),
    ("keep(conv1, fc: fp16)", ["conv1 and fc (stored as fp16) stay in float, 19 layers of 21 are quantized"]),
  ])
  func whatDiffersFromTheUsualIsSaid(options: String, words: [String]) throws {
    let said = notes(on: try chosen(options), graph).joined(separator: "\n")
    #expect(said.isEmpty == words.isEmpty)
    for part in words { #expect(said.contains(part), "\(said)") }
  }

  /// What is printed and stored can be written again.
  @Test(arguments: [
    "", "bits 4", "weights 4", "weights 4 activations 6 backend onednn", "bits(layer1.*: 4, fc: 6, rest: 8)",
    "bits(conv1: 8) weights 4 activations 5", "keep(conv1, fc: bf16) scheme lsq", "power-of-two symmetric",
    "per-tensor backend x86", "per-channel backend qnnpack",
  ])
  func theSettingsReadBackAsTheSamePolicy(options: String) throws {
    let first = try chosen(options)
    let words = first.settings.map { written($0.name, $0.value) }.joined(separator: " ")
    #expect(try chosen(words) == first)
  }
}
