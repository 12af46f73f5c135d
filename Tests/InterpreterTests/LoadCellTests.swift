import Foundation
import GraphIR
import Interpreter
import Language
import SessionStore
import Testing

/// Weights of files become models of a session.
@Suite(.serialized) struct LoadCellTests {
  private static let data = "data shapes limit 96 test 40 size 12"
  private let folder = FileManager.default.temporaryDirectory.path + "/load-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  /// Writes fresh weights of a network, as another program would: without what a session says of its own.
  private func write(
    _ name: String, channels: Int = 3, classes: Int = 1000, leaving: [String] = []
  ) throws -> String {
    let graph = try #require(Architecture.named(name)).build(
      Shape(channels: channels, height: 12, width: 12), classes)
    var parameters = initialParameters(for: graph, seed: 9)
    for name in leaving { parameters.tensors[name] = nil }
    let path = folder + "/\(name).safetensors"
    try WeightsFile(parameters: parameters).write(to: path)
    return path
  }

  @Test func aLibrarysWeightsBecomeATeacherThatIsTrainedQuantizedAndConverted() throws {
    let path = try write("mobilenetv2")
    let scene = try Scene()
    scene.run(Self.data)
    let (loaded, said) = scene.run("teacher = load mobilenetv2 \"\(path)\" seed 3")
    #expect(loaded.status == .ok)
    #expect(loaded.values["teacher.matched_tensors"] == 260)
    #expect(loaded.values["teacher.new_tensors"] == 2)
    #expect(loaded.values["teacher.extra_tensors"] == 0)
    #expect(said.words.contains("ImageNet's: 0.485 ± 0.229"))
    #expect(said.words.contains("it reaches teacher as three equal channels"))
    let model = try #require(try scene.store.model(named: "teacher"))
    #expect(model.graph.normalization == .imageNet)
    #expect(model.graph.inputShape.channels == 3)
    let before = try scene.store.parameters(of: model)

    let (frozen, _) = scene.run("train teacher freeze features.* epochs 1 lr 1e-4 head-lr 1e-3")
    #expect(frozen.status == .ok)
    let trained = try scene.store.parameters(of: #require(try scene.store.model(named: "teacher")))
    for (name, tensor) in before.tensors {
      #expect((trained[name] == tensor) == name.hasPrefix("features."), "\(name)")
    }
    #expect(scene.run("evaluate teacher").0.status == .ok)
    for cell in [
      "qat student from teacher freeze(features.0.0) epochs 1", "convert student", "baseline = ptq teacher",
      "wide = rescale teacher by 2",
    ] {
      let result = scene.run(cell).0
      #expect(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    for record in try scene.store.models() {
      #expect(record.graph.normalization == .imageNet, "\(record.name)")
    }
    #expect(scene.run("show teacher").1.words.contains("with its own mean ± deviation, ImageNet's"))
    #expect(scene.run("inspect student").1.words.contains("with its own mean ± deviation, ImageNet's"))
    // A student's normalization stays its own: that of the data.
    scene.run("model tiny = conv(4, 3) > bn > relu > globalpool > fc(10)")
    let (taught, _) = scene.run("s = distill tiny with kd(teacher, SoftTarget, 0.5) epochs 2")
    #expect(taught.status == .ok, "\(taught.diagnostics)")
    #expect(try scene.store.model(named: "s")?.graph.normalization == nil)
    #expect(scene.run("undo").0.status == .ok)
    #expect(try scene.store.model(named: "s") == nil)
  }

  @Test func theDatasNormalizationIsKeptWhereItIsAskedFor() throws {
    let path = try write("mobilenetv2")
    let scene = try Scene()
    scene.run(Self.data)
    #expect(scene.run("teacher = load mobilenet_v2 \"\(path)\" normalization data").0.status == .ok)
    #expect(try scene.store.model(named: "teacher")?.graph.normalization == nil)
    #expect(scene.run("evaluate teacher").0.status == .ok)
  }

  /// What a session wrote comes back with the same classes, for a network of the user's own.
  @Test func aSessionsOwnFileComesBackToTheBit() throws {
    let scene = try Scene()
    scene.run(Self.data)
    scene.run("model tiny = conv(4, 3) > bn > relu > globalpool > fc(10)")
    let trained = scene.run("first = train tiny epochs 1").0
    let record = try #require(try scene.store.model(named: "first"))
    let parameters = try scene.store.parameters(of: record)
    let path = folder + "/own.safetensors"
    try WeightsFile(Model(kind: .float, graph: record.graph, parameters: parameters)).write(to: path)
    let loaded = scene.run("second = load tiny \"\(path)\"").0
    #expect(loaded.status == .ok, "\(loaded.diagnostics)")
    #expect(loaded.values["second.new_tensors"] == 0)
    #expect(try scene.store.parameters(of: #require(try scene.store.model(named: "second"))) == parameters)
    #expect(scene.run("evaluate second").0.values["second.accuracy"] == trained.values["first.accuracy"])
  }

  @Test func whatIsMissingIsListedAndWarnedOf() throws {
    let path = try write("qatcnn", channels: 1, classes: 10, leaving: ["conv2.bias"])
    let scene = try Scene()
    scene.run(Self.data)
    let (result, outputs) = scene.run("net = load qatcnn \"\(path)\"")
    #expect(result.status == .ok)
    #expect(result.values["net.missing_tensors"] == 1)
    #expect(result.diagnostics.map(\.id) == ["weights-missing"])
    #expect(outputs.tables.first?.rows.first?.first?.text == "conv2.bias")
  }

  @Test func aFileOfAnotherNetworkIsRefusedAndTheSessionStaysAsItWas() throws {
    let path = try write("qatcnn", channels: 1, classes: 10)
    let scene = try Scene()
    scene.run(Self.data)
    let before = try scene.state()
    let result = scene.run("net = load resnet20 \"\(path)\"").0
    #expect(result.diagnostics.map(\.id) == ["other-network"])
    #expect(try scene.state() == before)
    let missing = scene.picture("net = load resnet20 \"\(folder)/none.pth\"")
    #expect(missing.contains("none.pth can't be read: No such file or directory"))
    #expect(
      scene.run("net = load qatcnn \"\(path)\" normalization imagenet").0.diagnostics.map(\.id) == [
        "wrong-channels"
      ])
    #expect(scene.run("net = load nothing \"\(path)\"").0.diagnostics.map(\.id) == ["unknown-network"])
    #expect(try scene.state() == before)
  }

  @Test func anIntegerModelsFileIsRefused() throws {
    let scene = try Scene()
    scene.run(Self.data)
    let path = folder + "/integer.safetensors"
    try WeightsFile(
      parameters: ParameterSet(["conv1.weight": Tensor([1])]), metadata: [WeightsFile.kindKey: "int8"]
    ).write(to: path)
    #expect(scene.run("net = load qatcnn \"\(path)\"").0.diagnostics.map(\.id) == ["wrong-model-kind"])
  }

  @Test(arguments: [
    ("train net freeze conv9", "unknown-layer"), ("train net freeze *", "nothing-to-train"),
    ("train net freeze(conv1, fc) head-lr 1e-3", "pointless-option"),
    ("train qatcnn freeze conv1", "nothing-to-freeze"), ("train net freeze(conv1: 4)", "wrong-type"),
    ("qat q from net freeze layer7.*", "unknown-layer"),
  ])
  func layersThatCantStayAsTheyAreAreRefused(cell: String, id: String) throws {
    let scene = try Scene()
    scene.run(Self.data)
    try scene.addModel("net", size: 12)
    #expect(scene.run(cell).0.diagnostics.map(\.id) == [id])
  }

  @Test func aLoadDependsOnItsFile() {
    var known = KnownNames()
    let footprint = Footprint(ofProgram: "net = load qatcnn \"w.pth\"", &known)
    #expect(footprint.uses == [.data, .seed, .file("w.pth")])
    #expect(SessionName(key: SessionName.file("w.pth").key) == .file("w.pth"))
    #expect(footprint.serving == .served)
  }

  @Test func aChangedFileIsAnotherInput() throws {
    let path = try write("qatcnn", channels: 1, classes: 10)
    let scene = try Scene()
    scene.run(Self.data)
    let cell = "net = load qatcnn \"\(path)\""
    let first = try #require(scene.interpreter.cellKey(of: cell, version: "1"))
    #expect(scene.interpreter.cellKey(of: cell, version: "1") == first)
    _ = try write("qatcnn", channels: 1, classes: 10, leaving: ["conv2.bias"])
    #expect(scene.interpreter.cellKey(of: cell, version: "1") != first)
    try FileManager.default.removeItem(atPath: path)
    #expect(scene.interpreter.cellKey(of: cell, version: "1") == nil)
  }
}
