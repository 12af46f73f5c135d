import Foundation
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Files of the data that change under the words which choose them.
@Suite(.serialized) struct OtherImagesTests {
  /// A folder of IDX files with 32 training and 16 test images of 8×8 in two classes.
  private func write(_ folder: String, seed: Int) throws {
    func images(_ count: Int, _ kind: Int) -> (Data, Data) {
      var pixels = Data([0, 0, 8, 3, 0, 0, 0, UInt8(count), 0, 0, 0, 8, 0, 0, 0, 8])
      var labels = Data([0, 0, 8, 1, 0, 0, 0, UInt8(count)])
      for image in 0..<count {
        labels.append(UInt8((image + (kind == 1 ? seed : 0)) % 2))
        for pixel in 0..<64 { pixels.append(UInt8((pixel * (1 + image % 2) * 7 + image * 13 + kind) % 256)) }
      }
      return (pixels, labels)
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, count, kind) in [("train", 32, 0), ("t10k", 16, 1)] {
      let (pixels, labels) = images(count, kind)
      try pixels.write(to: URL(fileURLWithPath: "\(folder)/\(name)-images-idx3-ubyte"))
      try labels.write(to: URL(fileURLWithPath: "\(folder)/\(name)-labels-idx1-ubyte"))
    }
  }

  @Test func figuresOfOtherImagesAreMeasuredAnew() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try write(folder, seed: 0)
    let scene = try Scene()
    let data = "data mnist \"\(folder)\" classes 2"
    for cell in [
      data, "model tiny = conv(4, 3) > bn > relu > pool(2) > fc(2)",
      "teacher = train tiny epochs 4 batch 8 lr 0.01", "small = ptq teacher",
    ] {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    let kept = try #require(try scene.store.model(named: "teacher")?.figures["accuracy"])
    #expect(scene.run("teacher.accuracy").0.values["teacher.accuracy"] == kept)
    // Every label is the other one now: what was right is wrong.
    try write(folder, seed: 1)
    try #require(scene.run(data).0.status == .ok)
    let (result, outputs) = scene.run("models")
    #expect(result.status == .ok)
    #expect(outputs.tables.first?.texts.map { $0[3] } == ["", ""])
    #expect(outputs.words.contains("teacher and small: the accuracy that is kept is of other test images"))
    let anew = scene.run("teacher.accuracy")
    #expect(anew.0.values["teacher.accuracy"] == 1 - kept)
    #expect(anew.1.words.contains("measured anew"))
    #expect(scene.run("compare teacher").0.values["teacher.accuracy"] == 1 - kept)
    // As they were, they are the same images again.
    try write(folder, seed: 0)
    scene.run(data)
    #expect(scene.run("models").1.tables.first?.texts[0][3] != "")
    #expect(scene.run("teacher.accuracy").0.values["teacher.accuracy"] == kept)
  }
}
