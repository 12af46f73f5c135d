import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Cells that measure and advise, on a small network that was trained for a moment.
@Suite(.serialized) struct DecisionCellTests {
  private func scene() throws -> Scene {
    let scene = try Scene()
    for cell in [
      "data shapes limit 512 test 256 size 16",
      "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
      "teacher = train tiny epochs 4 lr 0.01",
    ] {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  @Test func sensitivityRanksEveryLayerAndChangesNothing() throws {
    let scene = try scene()
    let before = try scene.state()
    let (result, outputs) = scene.run("sensitivity teacher bits 2 images 200 target 3%")
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(try scene.state() == before)
    let table = try #require(outputs.tables.first)
    #expect(Set(table.texts.map(\.first)) == ["conv1", "conv2", "fc"])
    let ratios = try table.texts.map { try #require(result.values["teacher.\($0[0]).sqnr_db"]) }
    #expect(ratios == ratios.sorted())
    for layer in table.texts.map({ $0[0] }) {
      for key in ["drop_points", "spared_drop_points", "spared_sqnr_db"] {
        #expect(result.values["teacher.\(layer).\(key)"] != nil, "\(layer) \(key)")
      }
    }
    #expect(try #require(result.values["teacher.sqnr_db"]) < 30)
    #expect(outputs.words.contains("of the 256 test images, a fixed half of each class"))
    #expect(outputs.words.contains("choosing test images"))
    #expect(
      result.values["teacher.verified_drop_points"] != nil || outputs.words.contains("no keep(…) helps"))
    #expect(scene.run("qat student from teacher epochs 1\nsensitivity student images 50").0.status == .ok)
  }

  @Test func theSuggestedLayersBringTheLossUnderTheTarget() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("sensitivity teacher bits 2 target 2% images 256")
    let kept = result.values["teacher.keep_layers"]
    if let kept, kept > 0 {
      #expect(try #require(result.values["teacher.keep_drop_points"]) <= 2)
      #expect(outputs.words.contains("keep("))
    } else {
      #expect(outputs.words.contains("no keep(…) helps") || outputs.words.contains("no layer needs"))
    }
    #expect(scene.run("sensitivity teacher target 40%").0.values["teacher.keep_layers"] == 0)
  }

  @Test func aStoppedSweepShowsWhatIsKnown() throws {
    let scene = try scene()
    let cancellation = Cancellation()
    let (result, outputs) = scene.run("sensitivity teacher", cancellation: cancellation) { output in
      if case .note(let text) = output, text.contains("each trial") { cancellation.cancel() }
    }
    #expect(result.status == .interrupted)
    #expect(result.diagnostics == [])
    #expect(outputs.tables.count == 1)
  }

  @Test(arguments: [
    ("sensitivity teacher target 1", "any-loss-accepted", "target 1%"),
    ("advise drop 2", "out-of-range", ""),
    ("sensitivity teacher bits 9", "out-of-range", ""),
    ("sensitivity teachr", "unknown-model", "teacher"),
    ("sensitivity teacher bits 4 backend qnnpack", "no-narrow-kernels", "x86"),
    ("budget 1 kB teacher", "budget-too-small", "at least"),
    ("budget 3 MB teacher", "budget-needless", "qat from teacher"),
    ("budget 9 kB teacher epochs 1", "pointless-option", ""),
    ("budget 9 TB teacher", "unknown-topic", "GB"),
    ("budget teacher", "missing-operand", ""),
  ])
  func whatCanNotBeDoneIsRefusedWithTheReason(cell: String, id: String, remedy: String) throws {
    let scene = try scene()
    let before = try scene.state()
    let (result, _) = scene.run(cell)
    let diagnostic = try #require(result.diagnostics.first)
    #expect(diagnostic.id == id)
    #expect(remedy.isEmpty || scene.picture(cell).contains(remedy), "\(scene.picture(cell))")
    #expect(try scene.state() == before)
  }

  @Test func theAdvisedCellMakesTheModelThatWasMeasured() throws {
    let scene = try scene()
    let before = try scene.state()
    let (result, outputs) = scene.run("advise teacher drop 30%")
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(try scene.state() == before)
    #expect(outputs.tables.first?.texts.map { $0[4] } == ["within the target: done"])
    #expect(outputs.words.contains("teacher-ptq = ptq teacher"))
    let made = scene.run("teacher-ptq = ptq teacher").0
    let drop = try #require(made.values["teacher-ptq.drop_points"])
    #expect(abs(drop - (try #require(result.values["teacher.advised.drop_points"]))) < 1e-9)
  }

  @Test func adviceGoesThroughEveryGateWhereNoneIsEnough() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("advise teacher drop 0% bits 2 epochs 1")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let gates = try #require(outputs.tables.first).texts
    if gates.count > 1 {
      for key in ["ptq", "weights_only", "activations_only"] {
        #expect(result.values["teacher.\(key).drop_points"] != nil)
      }
    }
    if result.values["teacher.qat.drop_points"] != nil {
      #expect(result.values["teacher.mixed.drop_points"] != nil)
      // Nothing larger is there to learn from, and a network is no teacher of its own.
      #expect(result.values["teacher.qat_kd.drop_points"] == nil)
      #expect(outputs.words.contains("no teacher is tried"))
    }
    // What is advised is a cell of the language.
    let cell = try #require(outputs.words.split(separator: "\n").first { $0.contains(" = ") })
    #expect(scene.run(String(cell)).0.status == .ok, "\(cell)")
  }

  @Test func withoutDataDrawnFiguresStandIn() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("advise teacher drop 20% data no")
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(outputs.words.contains("no training image is used"))
    #expect(outputs.words.contains("data shapes limit 3200 test 1 size 16 seed 1001"))
    #expect(result.values["teacher.ptq.drop_points"] != nil)
  }

  @Test func aBudgetIsKeptByTheModelThatItMakes() throws {
    let scene = try scene()
    let (shown, outputs) = scene.run("budget 9 kB teacher")
    try #require(shown.status == .ok, "\(shown.diagnostics)")
    #expect(outputs.tables.count == 2)
    let bytes = try #require(shown.values["teacher.budget.size_bytes"])
    #expect(bytes <= 9_000)
    let (trained, _) = scene.run("student = budget 9 kB teacher epochs 1")
    try #require(trained.status == .ok, "\(trained.diagnostics)")
    let converted = scene.run("convert student").0
    let size = try #require(converted.values["student-int8.size_bytes"])
    #expect(size == bytes)
    let record = try #require(try scene.store.model(named: "student-int8"))
    #expect(Double(record.byteCount) == size)
    // Widths that differ, and the same in the model as said.
    let chosen = ["conv1", "conv2", "fc"].map { shown.values["teacher.\($0).bits"] ?? 0 }
    let stored = record.graph.nodes.compactMap { node -> Double? in
      guard case .integer(bits: let bits) = node.operation.traits.storedWeights else { return nil }
      return Double(bits)
    }
    #expect(stored == chosen)
  }

  /// From just below 8 bits everywhere to just above the least, each to the byte.
  @Test(arguments: [12_000, 10_000, 8_000, 6_000, 5_000])
  func everyBudgetIsKeptAndUsed(bytes: Int) throws {
    let scene = try scene()
    let (result, outputs) = scene.run("budget \(Double(bytes) / 1000) kB teacher images 64")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let size = try #require(result.values["teacher.budget.size_bytes"])
    #expect(size <= Double(bytes))
    let widths = ["conv1", "conv2", "fc"].map { result.values["teacher.\($0).bits"] ?? 0 }
    #expect(widths.allSatisfy { (2...8).contains($0) })
    let sizes = try #require(outputs.tables.first).rows.compactMap(\.[1].number)
    #expect(sizes == sizes.sorted(by: >))
  }
}
