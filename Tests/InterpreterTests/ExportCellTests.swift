import Foundation
import GraphIR
import Interpreter
import Language
import ONNXFormat
import SessionStore
import SwiftProtobuf
import Testing

/// Models that go out to files; what other programs make of these is held by the tests from outside.
@Suite(.serialized) final class ExportCellTests {
  private let scene: Scene
  private let folder: URL

  init() throws {
    scene = try Scene()
    folder = FileManager.default.temporaryDirectory.appending(path: "export-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let setting = """
      data shapes limit 96 test 40 size 12
      model tiny = conv(4, 3) > bn > relu > globalpool > fc(10)
      teacher = train tiny epochs 1
      student-int8 = ptq teacher
      qat student from teacher epochs 1
      small = dynamic teacher
      t = ptq teacher backend tensorrt
      """
    #expect(scene.run(setting).0.status == .ok)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func path(_ name: String) -> String { folder.appending(path: name).path }

  private func message(_ name: String) throws -> ONNXModel {
    try ONNXModel(serializedBytes: [UInt8](Data(contentsOf: URL(filePath: path(name)))))
  }

  /// Images go out in `ExportedImagesTests`, sessions in `ExportedSessionTests`.
  @Test(
    arguments: (Command.all.first { $0.name == "export" }?.examples ?? []).filter {
      !$0.contains("data") && !$0.contains("session")
    })
  func everyExampleRuns(example: String) throws {
    let parts = example.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false)
    // The example for TensorRT is of a model on its grids.
    var model = String(parts[0])
    if example.contains("tensorrt") { model = "export t " }
    let cell = model + "\"\(path(String(parts[1])))\"" + parts[2]
    let (result, outputs) = scene.run(cell)
    #expect(result.status == .ok, "\(result.diagnostics)")
    #expect(FileManager.default.fileExists(atPath: path(String(parts[1]))))
    #expect(outputs.words.contains(parts[1]))
    let bytes = try Data(contentsOf: URL(filePath: path(String(parts[1])))).count
    #expect(result.values.first { $0.key.hasSuffix(".export_bytes") }?.value == Double(bytes))
  }

  @Test func whatAProgramHasToKnowGoesWithTheModel() throws {
    #expect(scene.run("export student-int8 \"\(path("a.onnx"))\" pixels opset 17").0.status == .ok)
    let file = try message("a.onnx")
    let texts = Dictionary(file.metadata.map { ($0.key, $0.value) }) { $1 }
    #expect(texts["kind"] == "int8" && texts["input"] == "pixels from 0 to 255")
    #expect(texts["classes"]?.hasPrefix("[\"") == true && texts["post_training_recipe"] != nil)
    #expect(texts["mean"]?.hasPrefix("[0.") == true && Double(texts["accuracy"] ?? "") != nil)
    #expect(file.operatorSets[0].version == 17 && file.graph.nodes[0].operation == "Div")
  }

  @Test func aFileIsReplacedOnlyWhereThatIsAsked() throws {
    let cell = "export teacher \"\(path("a.safetensors"))\""
    #expect(scene.run(cell).0.status == .ok)
    let first = try Data(contentsOf: URL(filePath: path("a.safetensors")))
    #expect(scene.run(cell).0.diagnostics.map(\.id) == ["file-exists"])
    #expect(scene.run("export student-int8 \"\(path("a.safetensors"))\" force").0.status == .ok)
    #expect(try Data(contentsOf: URL(filePath: path("a.safetensors"))) != first)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.safetensors"])
  }

  @Test func nothingIsWrittenWhereAFileCantBe() throws {
    try FileManager.default.createDirectory(atPath: path("f.onnx"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(atPath: path("l.onnx"), withDestinationPath: "/dev/null")
    for (name, id) in [
      ("f.onnx", "file-in-the-way"), ("l.onnx", "file-in-the-way"), ("no/a.onnx", "no-such-folder"),
      ("a.pb", "unknown-format"), ("", "unknown-format"), (".onnx", "unknown-format"),
    ] {
      let (result, _) = scene.run("export teacher \"\(path(name))\" force")
      #expect(result.diagnostics.map(\.id) == [id], "\(name)")
    }
  }

  @Test(arguments: [
    ("export student \"a.onnx\"", "wrong-model-kind"),
    ("export student-int8 \"a.onnx\" for tensorrt", "not-exportable"),
    ("export small \"a.onnx\" for tensorrt", "not-exportable"),
    ("export teacher \"a.safetensors\" for tensorrt", "pointless-option"),
    ("export teacher \"a.safetensors\" pixels", "pointless-option"),
    ("export nobody \"a.onnx\"", "unknown-model"), ("export tiny \"a.onnx\"", "untrained"),
    ("export teacher \"a.onnx\" opset 12", "out-of-range"), ("export teacher", "missing-operand"),
  ])
  func whatCantBeWrittenIsRefusedBefore(cell: String, id: String) throws {
    let cell = cell.replacingOccurrences(of: "\"a", with: "\"" + path("a"))
    #expect(scene.run(cell).0.diagnostics.map(\.id) == [id], "\(cell)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test func aRefusalSaysWhatToWrite() {
    #expect(
      scene.picture("export student \"a.onnx\"").contains(
        "convert it, and export its integer model: convert student"))
    #expect(scene.picture("export student-int8 \"a.onnx\" for tensorrt").contains("backend tensorrt"))
  }

  @Test func weightsGoOutWithTheirGrids() throws {
    #expect(scene.run("export student-int8 \"\(path("a.safetensors"))\"").0.status == .ok)
    let file = try WeightsFile(reading: path("a.safetensors"))
    #expect(file.parameters["conv1.weight"]?.int8s.count == 36 && file.metadata["format"] == "pt")
    #expect(file.parameters["conv1.input_scale"]?.count == 1)
    #expect(file.parameters["conv1.output_zero_point"]?.int32s == [0])
    #expect(file.parameters["fc.scale"]?.count == 10 && file.parameters["fc.output_scale"] == nil)
  }
}
