import Interpreter
import Language
import Testing

/// `compare` sets like against like, and is silent where there is nothing alike.
@Suite(.serialized) struct ComparisonCellTests {
  private func scene(_ cells: String...) throws -> Scene {
    let scene = try Scene()
    let setting = [
      "data shapes limit 512 test 256 size 16",
      "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
      "teacher = train tiny epochs 12 lr 0.01",
    ]
    for cell in setting + cells {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  @Test func recoveryIsMeasuredOnTheSameGridsAlone() throws {
    let scene = try scene(
      "low = ptq teacher bits(conv1: 2, conv2: 2, fc: 2) observer minmax",
      "narrow = qat from teacher bits(conv*: 2, fc: 2) epochs 1",
      "learned = qat from teacher bits(*: 2) scheme lsq epochs 1",
      "wide = qat from teacher epochs 1", "coarse = qat from teacher bits(*: 2) per-tensor epochs 1",
      "narrow-int8 = convert narrow")
    let (result, outputs) = scene.run("compare")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let values = result.values
    let (float, ptq) = (try #require(values["teacher.accuracy"]), try #require(values["low.accuracy"]))
    try #require(float - ptq > 0.1, "two bits are to lose something")
    for name in ["narrow", "narrow-int8", "learned"] {
      let expected = (try #require(values[name + ".accuracy"]) - ptq) / (float - ptq)
      #expect(abs(try #require(values[name + ".recovery"]) - expected) < 1e-12)
    }
    #expect(values["wide.recovery"] == nil && values["coarse.recovery"] == nil)
    let column = try #require(outputs.tables.first?.columns.firstIndex { $0.title == "recovery" })
    for row in outputs.tables[0].texts where ["wide", "coarse", "low"].contains(row[0]) {
      #expect(row[column] == "")
    }
    #expect(outputs.words.contains("add a post-training baseline: baseline = ptq teacher\n"))
    #expect(outputs.words.contains("teacher-ptq = ptq teacher bits(*: 2, rest: 8) per-tensor"))
    // What it tells to write is what was missing.
    #expect(scene.run("plain = ptq teacher").0.status == .ok)
    #expect(!scene.run("compare").1.words.contains("baseline = ptq teacher\n"))
  }

  @Test func thePictureShowsWhatTheTablesSay() throws {
    let scene = try scene("low = ptq teacher", "student = qat from teacher epochs 1")
    let (result, outputs) = scene.run("compare")
    let curves = outputs.compactMap { if case .curve(let curve) = $0 { curve } else { nil } }
    let picture = try #require(curves.first)
    #expect(curves.count == 1 && picture.series.map(\.name) == ["teacher", "low", "student"])
    for series in picture.series {
      let point = try #require(series.points.first)
      #expect(series.points.count == 1)
      #expect(abs(point.x * 1e6 - (result.values[series.name + ".size_bytes"] ?? .nan)) < 1e-3)
      #expect(abs(point.y / 100 - (result.values[series.name + ".accuracy"] ?? .nan)) < 1e-12)
    }
    // One model, or models of one size, lie on a line that says nothing.
    #expect(!scene.run("compare teacher").1.contains { if case .curve = $0 { true } else { false } })
    // Each layer's point is the ratio that the table has.
    let (inspected, shown) = scene.run("inspect student")
    let ratios = shown.compactMap { if case .curve(let curve) = $0 { curve } else { nil } }.first
    let values = ["conv1", "conv2", "fc"].map { inspected.values["student.\($0).sqnr_db"] ?? .nan }
    #expect(ratios?.series.first?.points.map(\.y) == values)
  }

  @Test func aModelOfAnotherFloatModelHasNoShareInItsLoss() throws {
    let scene = try scene(
      "other = train tiny epochs 4 lr 0.01 seed 9", "low = ptq teacher bits(*: 2) observer minmax",
      "student = qat from other bits(*: 2) epochs 1")
    let first = scene.run("compare").0.values
    #expect(first["student.recovery"] == nil)
    // A float model that was made again is another one.
    for cell in ["own = qat from teacher bits(*: 2) epochs 1", "teacher = train tiny epochs 5 lr 0.01"] {
      try #require(scene.run(cell).0.status == .ok)
    }
    #expect(scene.run("compare").0.values["own.recovery"] == nil)
  }

  @Test func anIntegerModelIsKnownByTheRunThatItCameFrom() throws {
    let scene = try scene(
      "student = qat from teacher with kd(teacher, SoftTarget, 0.3) bits 4 epochs 1",
      "kept = convert student",
      "student = qat from teacher epochs 1")
    let rows = try #require(scene.run("compare").1.tables.first).texts
    #expect(rows.map { $0[1] } == ["FP32", "QAT + KD, int8", "QAT, fake"])
    // The student that it came from is gone, and is not taken for what has its name.
    scene.run("forget student")
    #expect(
      try #require(scene.run("compare").1.tables.first).texts.map { $0[1] } == ["FP32", "QAT + KD, int8"])
  }

  @Test(
    arguments: [
      ("bits 4 epochs 1", true), ("bits 4 epochs 1 seed 5", true), ("epochs 1", false),
      ("bits 4 epochs 2", false),
      ("bits 4 epochs 1 lr 1e-4", false), ("bits 4 epochs 1 scheme lsq", false),
      ("bits 4 epochs 1 decay 0.1", false),
      ("bits 4 epochs 1 per-tensor", false), ("bits 4 epochs 1 observer-freeze 0.9", false),
    ])
  func whatDistillationAddsIsMeasuredWhereTeachersAloneDiffer(options: String, isAlike: Bool) throws {
    let scene = try scene(
      "taught = qat from teacher with kd(teacher, SoftTarget, 0.3) bits 4 epochs 1",
      "alone = qat from teacher \(options)")
    let (result, outputs) = scene.run("compare taught alone seeds 2")
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect((result.values["taught.kd_gain"] != nil) == isAlike)
    #expect((result.values["taught.kd_gain_interval"] != nil) == isAlike)
    let sentences = outputs.contains {
      if case .metric(let metric) = $0 { metric.text?.contains("distillation adds") ?? false } else { false }
    }
    #expect(sentences == isAlike)
  }
}
