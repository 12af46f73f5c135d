import Foundation
import Interpreter
import Language
import Testing
import Text

/// `explore`: pages that are whole in themselves and hold what was measured.
///
/// What a page computes when its handles are moved is for `test_pages.py`, in a browser.
@Suite(.serialized) struct ExploreCellTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "qatlab-pages-\(UUID().uuidString)")

  private func scene() throws -> Scene {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let scene = try Scene()
    for cell in [
      "data shapes limit 256 test 64 size 16",
      "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
      "teacher = train tiny epochs 1", "qat student from teacher epochs 1",
    ] {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  /// What the page's script reads.
  private func data(_ html: String) throws -> JSONObject {
    let start = try #require(html.range(of: "<script type=\"application/json\" id=\"data\">"))
    let end = try #require(html.range(of: "</script>", range: start.upperBound..<html.endIndex))
    return try #require(JSONParser.parse(String(html[start.upperBound..<end.lowerBound])).object)
  }

  @Test func aLayersPageHoldsItsValuesAndWhatWasMeasured() throws {
    let scene = try scene()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("page.html").path
    let before = try scene.state()
    let (result, outputs) = scene.run("explore student.conv2 \"\(path)\" images 64")
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(try scene.state() == before)
    #expect(outputs.words.contains("teacher, the float model that student was made from"))
    let page = outputs.compactMap { if case .page(let page) = $0 { page } else { nil } }.first
    let html = try String(contentsOfFile: path, encoding: .utf8)
    #expect(page?.html == html && page?.path == path)
    // Nothing is loaded from anywhere.
    for word in ["http:", "https:", "src=\"", "@import", "url("] {
      #expect(!html.replacing("http://www.w3.org/2000/svg", with: "").contains(word), "\(word)")
    }
    let data = try data(html)
    let weights = try #require(data["weights"]?.object?["values"]?.string.flatMap { Data(base64Encoded: $0) })
    #expect(weights.count == 4 * 16 * 8 * 9)
    let trials = try #require(data["trials"]?.array)
    #expect(trials.count == 5 && outputs.tables.last?.rows.count == 5)
    let drops = trials.map { trial -> Double? in
      if case .number(let spelling)? = trial.object?["drop"] { Double(spelling) } else { nil }
    }
    for (bits, drop) in zip([8, 6, 4, 3, 2], drops) {
      #expect(drop == result.values["teacher.conv2.explore.bits\(bits).drop_points"])
      #expect(result.values["teacher.conv2.explore.bits\(bits).weights_sqnr_db"] != nil)
    }
    // Fewer bits lose more of the weights, about 6 dB each.
    let ratios = [8, 6, 4].compactMap { result.values["teacher.conv2.explore.bits\($0).weights_sqnr_db"] }
    #expect(ratios.count == 3 && ratios[0] - ratios[1] > 9 && ratios[1] - ratios[2] > 9)
  }

  @Test func aTeachersPageHoldsItsLogits() throws {
    let scene = try scene()
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("kd.html").path
    let (result, _) = scene.run("explore kd teacher student \"\(path)\"")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let data = try data(try String(contentsOfFile: path, encoding: .utf8))
    let images = try #require(data["images"]?.array)
    #expect(images.count == 12 && data["classes"]?.array?.count == 10)
    #expect(result.values["teacher.explore.image1.decoupled_loss"] != nil)
  }

  @Test(arguments: [
    ("explore", "missing-operand"), ("explore teacher", "missing-layer"), ("explore kd", "missing-operand"),
    ("explore kd nobody", "unknown-model"), ("explore teacher.conv9", "unknown-layer"),
    ("explore teacher.conv1 \"/nowhere/page.html\"", "unwritable"),
    ("explore kd teacher images 5", "pointless-option"),
    ("explore teacher.conv1 \"a.html\" \"b.html\"", "unexpected-value"),
    ("explore kd teacher teacher2 teacher3", "unexpected-value"),
  ])
  func whatCannotBeIsRefused(cell: String, id: String) throws {
    let scene = try Scene()
    try scene.addModel("teacher")
    try scene.addModel("teacher2")
    try scene.addModel("teacher3")
    _ = scene.run("data shapes limit 64 test 16 size 28")
    #expect(scene.run(cell).0.diagnostics.first?.id == id, "\(scene.picture(cell))")
  }
}
