import Interpreter
import Language
import Testing

/// `show integer` on a small network: what a cell says of one output, and what it refuses.
@Suite(.serialized) struct MicroscopeCellTests {
  private func scene() throws -> Scene {
    let scene = try Scene()
    for cell in [
      "data shapes limit 256 test 32 size 16",
      "model tiny = conv(6, 3) > bn > relu > pool(2) > conv(8, 3, stride: 2) > relu > avgpool(2) > fc(10)",
      "teacher = train tiny epochs 1", "qat student from teacher epochs 1", "convert student",
      "baseline = ptq teacher",
    ] {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  @Test func anOutputIsTheKernelsAndTheStepsLeadToIt() throws {
    let scene = try scene()
    let before = try scene.state()
    for (layer, place) in [
      ("conv1", "image 3 channel 2 at 0,15"), ("conv2", "image 7 channel 5 at 2,3"), ("conv2", ""),
    ] {
      let (result, outputs) = scene.run("show integer student-int8.\(layer) \(place)")
      try #require(result.status == .ok, "\(result.diagnostics)")
      let name = "student-int8.\(layer)."
      let values = result.values
      #expect(values[name + "code"] == values[name + "kernel_code"] && values[name + "code"] != nil)
      #expect(values[name + "fake_quant_value"] != nil && values[name + "float_value"] != nil)
      #expect(outputs.words.contains("the kernel gives the same code"))
      let tables = outputs.tables
      try #require(tables.count == 3)
      // The last row adds up all others.
      let rows = tables[0].rows
      let sums = rows.map { $0[5].number ?? 0 }
      #expect(sums.dropLast().reduce(0, +) == sums.last && sums.last == values[name + "products"])
      let gives = tables[1].rows.first { $0[0].text == "the sum" }?[2].number
      #expect(gives == values[name + "sum"])
      let sum = try #require(values[name + "sum"])
      let multiplier = try #require(values[name + "multiplier"])
      let steps = try #require(values[name + "steps"])
      #expect(abs(max(sum * multiplier, 0) - steps) <= 1e-5 * max(abs(steps), 1))
    }
    #expect(try scene.state() == before)
  }

  @Test func poolingLogitsAndModelsFromCalibrationAreSeenToo() throws {
    let scene = try scene()
    for layer in ["student-int8.pool1", "student-int8.fc", "baseline.conv1", "student-int8.avgpool1"] {
      let known = scene.run("show graph student-int8").1.tables.flatMap(\.texts).flatMap { $0 }
      guard known.contains(String(layer.drop { $0 != "." }.dropFirst())) else { continue }
      let (result, outputs) = scene.run("show integer \(layer) image 2")
      #expect(result.status == .ok, "\(layer): \(result.diagnostics)")
      #expect(outputs.words.contains("the kernel gives the same"), "\(layer): \(outputs.words)")
    }
    let newest = scene.run("show integer conv1").1.words
    #expect(newest.contains("baseline is the newest integer model with that layer"))
  }

  @Test(arguments: [
    ("show integer", "missing-operand", "integer", "student-int8.conv1"),
    ("show integer student-int8", "missing-operand", "student-int8", "needs a layer of student-int8"),
    ("show integer student-int8.conv9", "unknown-layer", "conv9", "conv"),
    ("show integer student.conv1", "wrong-model-kind", "student.conv1", ""),
    ("show integer student-int8.quantize", "nothing-to-see", "quantize", "conv1"),
    ("show integer student-int8.conv1 channel 6", "out-of-range", "6", "0 to 5"),
    ("show integer student-int8.conv1 at 16,0", "out-of-range", "16,0", "6×16×16"),
    ("show integer student-int8.conv1 at 0, 99", "out-of-range", "0, 99", "0 to 15"),
    ("show integer student-int8.fc at 1,0", "out-of-range", "1,0", "its only row is 0"),
    ("show integer student-int8.conv1 image 33", "out-of-range", "33", "32 test images"),
    ("show integer student-int8.conv1 image 0", "out-of-range", "0", ""),
    ("show integer student-int8.conv1 at 4", "wrong-type", "4", "row"),
    ("show integer student-int8.conv1 at 4,5,6", "wrong-type", "4,5,6", "row"),
    ("show integer student-int8.conv1 bits 4", "pointless-option", "bits 4", "quantize"),
    ("show data image 4", "pointless-option", "image 4", "integer"),
    ("show integer student-int8.conv1 student", "unexpected-value", "student", "leave out"),
  ])
  func whatIsNotThereIsRefusedWithTheLayersShape(cell: String, id: String, place: String, words: String)
    throws
  {
    let scene = try Self.shared()
    let diagnostic = try #require(scene.run(cell).0.diagnostics.first, "\(cell)")
    #expect(diagnostic.id == id, "\(scene.picture(cell))")
    let range = try #require(diagnostic.range)
    #expect(SourceFile(cell).text(of: range) == place)
    #expect(words.isEmpty || scene.picture(cell).contains(words), "\(scene.picture(cell))")
  }

  /// One session for all that is refused: none of it changes anything.
  private static func shared() throws -> Scene { try known.get() }

  nonisolated(unsafe) private static let known = Result { try MicroscopeCellTests().scene() }
}
