import Interpreter
import Language
import Testing
import Training

/// `compare` in a session of several families: each row beside what it was made from.
@Suite(.serialized) struct FamilyCellTests {
  private static let setting = [
    "data shapes limit 256 test 128 size 12",
    "model tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)",
    "model wide = conv(12, 3) > bn > relu > pool(2) > conv(12, 3) > relu > fc(10)",
    "small = train tiny epochs 2 lr 0.01", "big = train wide epochs 6 lr 0.01",
    "small-8 = ptq small", "big-8 = ptq big", "qat student from big epochs 1",
  ]

  private func scene(_ cells: String...) throws -> Scene {
    let scene = try Scene()
    for cell in Self.setting + cells {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  private func column(_ title: String, _ table: Table) -> [String: String] {
    guard let place = table.columns.firstIndex(where: { $0.title == title }) else { return [:] }
    return Dictionary(table.texts.map { ($0[0], $0[place]) }) { $1 }
  }

  @Test func eachRowIsMeasuredAgainstItsOwnOrigin() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("compare")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let (quality, cost) = (outputs.tables[0], outputs.tables[1])
    #expect(quality.texts.map { $0[0] } == ["small", "small-8", "big", "big-8", "student"])
    #expect(
      column("against", quality)
        == ["small": "", "small-8": "small", "big": "", "big-8": "big", "student": "big"])
    let values = result.values
    func value(_ name: String) throws -> Double { try #require(values[name], "\(name)") }
    for (name, origin) in [("small", "small"), ("small-8", "small"), ("big-8", "big"), ("student", "big")] {
      let drop = try value(name + ".drop_points")
      let lost = try value(origin + ".accuracy") - value(name + ".accuracy")
      #expect(abs(drop - 100 * lost) < 1e-9)
      let ratio = try value(name + ".size_bytes") / value(origin + ".size_bytes")
      let shown = Double(column("ratio", cost)[name] ?? "") ?? 0
      #expect(abs(shown - ratio) < 6e-4)
      let speed = try value(origin + ".latency_ms") / value(name + ".latency_ms")
      let speedup = try value(name + ".speedup")
      #expect(abs(speed - speedup) < 1e-9)
    }
    // There is a baseline of the family on the same grids.
    #expect(!outputs.words.contains("post-training baseline"))
    #expect(outputs.words.contains("under \"against\""))
  }

  @Test func oneFamilyNeedsNoWordForIt() throws {
    let scene = try scene()
    for cell in ["compare family student", "compare big big-8 student", "compare student big-8"] {
      let (result, outputs) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
      #expect(outputs.tables[0].columns.allSatisfy { $0.title != "against" }, "\(cell)")
      #expect(outputs.tables[0].texts.first?[0] == "big", "\(cell)")
      #expect(Set(outputs.tables[0].texts.map { $0[0] }) == ["big", "big-8", "student"], "\(cell)")
    }
    #expect(scene.run("compare student big-8").1.words.contains("big, which the others were made from"))
  }

  @Test(arguments: [
    ("compare *", ["small", "small-8", "big", "big-8", "student"]), ("compare big*", ["big", "big-8"]),
    ("compare *-8", ["small", "small-8", "big", "big-8"]),
    ("compare s* big-8", ["small", "small-8", "big", "big-8", "student"]),
    ("compare family small big-8", ["small", "small-8", "big", "big-8"]),
    ("compare small family big", ["small", "big", "big-8", "student"]),
  ])
  func namesCanBePatternsAndFamilies(cell: String, rows: [String]) throws {
    let scene = try scene()
    let (result, outputs) = scene.run(cell)
    try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    #expect(Set(outputs.tables[0].texts.map { $0[0] }) == Set(rows))
    #expect(outputs.tables[0].texts.count == rows.count)
  }

  @Test(arguments: [
    ("compare nothing*", "unknown-model"), ("compare bigg", "unknown-model"),
    ("compare family bigg", "unknown-model"), ("compare family tiny", "untrained"),
    ("evaluate *", "unexpected-token"), ("compare seeds *", "unexpected-token"),
  ])
  func whatNothingIsCalledIsRefused(cell: String, id: String) throws {
    #expect(try scene().run(cell).0.diagnostics.map(\.id) == [id])
  }

  @Test func namedFloatModelsStandAgainstTheFirst() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("compare big small small-8")
    #expect(
      column("against", outputs.tables[0]) == ["big": "", "small": "big", "small-8": "small"])
    let values = result.values
    #expect(values["small.drop_points"] != 0 && values["big.drop_points"] == 0)
  }

  @Test func aModelOfAnEarlierOriginIsMarkedAndSetAgainstNothing() throws {
    let scene = try scene("train big epochs 1 lr 0.01", "student-int8 = convert student")
    let (result, outputs) = scene.run("compare")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let against = column("against", outputs.tables[0])
    #expect(against["student"] == "from an earlier big" && against["big-8"] == "from an earlier big")
    #expect(against["student-int8"] == "from an earlier big")
    for name in ["student", "big-8", "student-int8"] {
      #expect(result.values[name + ".drop_points"] == nil && result.values[name + ".speedup"] == nil)
      #expect(column("change", outputs.tables[0])[name] == "")
      #expect(column("speed", outputs.tables[1])[name] == "")
    }
    #expect(result.values["small-8.drop_points"] != nil)
    let from = column("from", try #require(scene.run("models").1.tables.first))
    #expect(from["student"] == "an earlier big" && from["student-int8"] == "student")
    #expect(from["small-8"] == "small")
    scene.run("forget big")
    #expect(
      column("against", scene.run("compare").1.tables[0])["student"] == "from big, which is gone")
  }

  @Test func theAdvisedBaselineHasANameThatIsFree() throws {
    let scene = try scene("baseline = ptq small", "qat narrow from big bits 4 epochs 1")
    let words = scene.run("compare").1.words
    #expect(words.contains("add a post-training baseline: big-ptq = ptq big bits 4"))
    let cell = try #require(words.split(separator: "\n").first { $0.contains("big-ptq = ") })
    let written = try #require(cell.split(separator: ": ").last.map(String.init))
    #expect(scene.run(written).0.status == .ok, "\(written)")
    #expect(!scene.run("compare").1.words.contains("bits 4"))
    // One that is there and not compared is named.
    #expect(scene.run("compare big narrow").1.words.contains("(big-8 or big-ptq, if it has them)"))
    // Two that are missing have two names.
    scene.run("forget big-8\nforget big-ptq")
    let two = scene.run("compare").1.words
    #expect(two.contains(": big-ptq = ptq big\n") && two.contains(": big-ptq2 = ptq big bits 4"))
  }
}
