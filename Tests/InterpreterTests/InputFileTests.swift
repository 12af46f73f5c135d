import Foundation
import Interpreter
import Language
import Testing

/// Files that a session has read are not written over.
@Suite(.serialized) struct InputFileTests {
  @Test func nothingIsWrittenOverAFileThatWasRead() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "qatlab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (weights, other) = (folder.appending(path: "w.safetensors"), folder.appending(path: "x.safetensors"))
    let scene = try Scene()
    for cell in [
      "data shapes limit 32 test 16 size 12", "model tiny = conv(4, 3) > relu > fc(10)",
      "a = train tiny epochs 1",
      "export a \"\(weights.path)\"", "export a \"\(weights.path)\" force",
    ] { #expect(scene.run(cell).0.status == .ok, "\(cell)") }
    #expect(scene.run("b = load tiny \"\(weights.path)\"").0.status == .ok)
    try FileManager.default.linkItem(at: weights, to: other)
    let bytes = try Data(contentsOf: weights)
    for path in [
      weights.path, other.path, folder.path + "/../" + folder.lastPathComponent + "/w.safetensors",
    ] {
      let (result, _) = scene.run("train a epochs 1\nexport a \"\(path)\" force")
      #expect(result.status == .error)
      #expect(result.diagnostics.map(\.id) == ["output-is-input"])
      #expect(try Data(contentsOf: weights) == bytes)
    }
    scene.interpreter.protect([folder.appending(path: "n.csv").path])
    try Data("x".utf8).write(to: folder.appending(path: "n.csv"))
    let (result, _) = scene.run("predict a test \"\(folder.path)/n.csv\"")
    #expect(result.diagnostics.map(\.id) == ["output-is-input"])
  }
}
