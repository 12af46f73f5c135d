import Foundation
import Interpreter
import Language
import Pictures
import SessionStore
import Testing

/// Networks in ONNX become models of a session; that logits are those of other programs is held by `ONNXFormatTests`.
@Suite(.serialized) final class ImportCellTests {
  private static let data = "data shapes limit 96 test 40 size 12"
  private let scene: Scene
  private let folder: URL

  init() throws {
    scene = try Scene()
    folder = FileManager.default.temporaryDirectory.appending(path: "import-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("no model".utf8).write(to: folder.appending(path: "bad.onnx"))
    let setting = """
      \(Self.data)
      model tiny = conv(5, 3) > bn > leakyrelu(0.1) > pool(2) > conv(7, 3) > hardswish > globalpool > fc(10)
      teacher = train tiny epochs 2
      student-int8 = ptq teacher
      export teacher "F/a.onnx"
      export teacher "F/a.safetensors"
      export teacher "F/pixels.onnx" pixels
      export student-int8 "F/int8.onnx"
      """
    let (result, _) = run(setting)
    try #require(result.status == .ok, "\(result.diagnostics)")
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A cell in which F is the folder.
  private func run(_ cell: String) -> (CellResult, [Output]) {
    scene.run(cell.replacing("F/", with: folder.path + "/"))
  }

  @Test(arguments: ["net = load \"F/a.onnx\"", "net = load tiny \"F/a.safetensors\""])
  func whatWentOutComesBackAndComputesTheSameWhateverTheData(cell: String) throws {
    let (before, _) = run("evaluate teacher")
    let (loaded, _) = run(cell + "\nevaluate net")
    #expect(loaded.status == .ok, "\(loaded.diagnostics)")
    #expect(loaded.values["net.matched_tensors"].map { $0 > 4 } == true)
    #expect(loaded.values["net.new_tensors"] == 0)
    #expect(loaded.values["net.accuracy"] == before.values["teacher.accuracy"])
    let (one, other) = (loaded.values["net.loss"] ?? .nan, before.values["teacher.loss"] ?? .nan)
    #expect(abs(one - other) <= 1e-5 * other)
    // Other training images have another mean; the network keeps the one that it was trained with.
    #expect(run("data shapes limit 20 test 40 size 12").0.status == .ok)
    #expect(run("evaluate net").0.values["net.loss"] == one)
  }

  @Test func aNetworkThatCameInTrainsAndBecomesIntegersAndGoesOutAgain() {
    for cell in [
      "net = load \"F/a.onnx\"", "train net freeze(conv1) epochs 1",
      "qat s from net with kd(teacher) epochs 1",
      "convert s", "w = ptq net bits 4", "export s-int8 \"F/s.onnx\"", "undo",
    ] {
      let (result, _) = run(cell)
      #expect(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
  }

  @Test func aLastLayerForOtherClassesIsDrawnFromTheSeed() throws {
    let colours = folder.appending(path: "colours")
    for (index, name) in ["a", "b", "c"].enumerated() {
      let place = colours.appending(path: name)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for picture in 0..<6 {
        let pixels = [UInt8](repeating: UInt8(40 * index + picture), count: 3 * 144)
        try Data(encodedPNG(pixels, width: 12, height: 12)).write(
          to: place.appending(path: "\(picture).png"))
      }
    }
    #expect(run("data \"F/colours\" grey size 12 test 2").0.status == .ok)
    var losses: Set<Double> = []
    for seed in [1, 1, 2] {
      let (result, outputs) = run("net = load \"F/a.onnx\" seed \(seed)\nevaluate net")
      #expect(result.status == .ok, "\(result.diagnostics)")
      #expect(result.values["net.new_tensors"] == 2)
      let told = outputs.compactMap { if case .metric(let metric) = $0 { metric.text } else { nil } }
      #expect(told.contains { $0.contains("10 → 3 classes is new (seed \(seed))") }, "\(told)")
      losses.insert(result.values["net.loss"] ?? .nan)
    }
    #expect(losses.count == 2)
    #expect(run("train net epochs 1").0.status == .ok)
  }

  @Test(arguments: [
    ("load \"F/a.onnx\"", "name-missing"), ("net = load \"F/none.onnx\"", "store"),
    ("net = load \"F/bad.onnx\"", "network-unreadable"), ("net = load \"F/int8.onnx\"", "network-unreadable"),
    ("net = load \"F/pixels.onnx\"", "network-unreadable"), ("net = load \"F/a.safetensors\"", "no-network"),
    ("net = load \"F/a.onnx\" \"F/a.onnx\"", "no-network"), ("net = load tiny", "missing-operand"),
    ("net = load \"F/a.onnx\" normalization imagenet", "wrong-channels"),
  ])
  func whatCanNotComeInIsRefusedAndChangesNothing(cell: String, id: String) throws {
    let before = try scene.store.models().map(\.name).sorted()
    let (result, _) = run(cell)
    #expect(result.status == .error)
    #expect(result.diagnostics.first?.id == id, "\(result.diagnostics)")
    #expect(try scene.store.models().map(\.name).sorted() == before)
  }

  @Test func imagesOfAnotherSizeAreToldBeforeAnythingRuns() {
    #expect(run("data shapes limit 96 test 40 size 16").0.status == .ok)
    #expect(run("net = load \"F/a.onnx\"").0.diagnostics.first?.id == "input-differs")
  }
}
