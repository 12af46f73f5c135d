import Interpreter
import Testing
import Training

/// Differences on the same test images, and whether chance alone may have made them.
@Suite(.serialized) struct ChanceCellTests {
  private func scene() throws -> Scene {
    let scene = try Scene()
    for cell in [
      "data shapes limit 512 test 256 size 16",
      "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
      "teacher = train tiny epochs 8 lr 0.01", "eight = ptq teacher",
      "two = ptq teacher bits(*: 2) observer minmax", "student = qat from teacher bits(*: 2) epochs 1",
    ] {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  private func cell(_ title: String, of name: String, _ table: Table) throws -> Table.Cell {
    let column = try #require(table.columns.firstIndex { $0.title == title }, "\(title)")
    return try #require(table.rows.first { $0[0].text == name })[column]
  }

  @Test func theIntervalIsThatOfThePairedAnswers() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("compare")
    let values = result.values
    let table = outputs.tables[0]
    var alike: [String] = []
    for name in ["eight", "two", "student"] {
      let drop = try #require(values[name + ".drop_points"])
      let low = try #require(values[name + ".drop_low_points"])
      let high = try #require(values[name + ".drop_high_points"])
      #expect(low <= drop && drop <= high && low < high)
      // Two intervals of one accuracy each would be wider than what pairs leave open.
      let unpaired = 2 * 100 * 1.96 * (0.5 / 256.0).squareRoot()
      #expect(high - low < unpaired)
      let isWithin = low <= 0 && high >= 0
      if isWithin { alike.append(name) }
      for title in ["change", "± points"] {
        let isFaint = try cell(title, of: name, table).emphasis == .faint
        #expect(isFaint == isWithin, "\(name) \(title)")
      }
      let (change, margin) = (try cell("change", of: name, table), try cell("± points", of: name, table))
      let reaches = abs(change.number ?? 0) <= (margin.number ?? 0) + 0.011
      #expect(reaches || !isWithin)
    }
    #expect(alike.contains("eight") && !alike.contains("two"))
    #expect(outputs.words.contains("within chance: " + alike.joined(separator: " and ")))
    let own = try cell("change", of: "teacher", table)
    #expect(own.emphasis == nil)
    #expect(values["teacher.drop_low_points"] == nil)
  }

  @Test func itIsTheSameEveryTime() throws {
    let scene = try scene()
    let first = scene.run("compare").0.metrics.filter(\.reproducible)
    #expect(scene.run("compare").0.metrics.filter(\.reproducible) == first)
  }

  @Test func whatIsWonIsNotSaidToBeLost() throws {
    let scene = try scene()
    let cells = [
      "compare", "sensitivity teacher bits 3 images 256", "sensitivity teacher images 64 target 5%",
      "advise teacher drop 2% bits 3 epochs 1", "budget 9 kB teacher", "one = ptq teacher bits 6",
    ]
    for cell in cells {
      let (result, outputs) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
      let texts =
        outputs.words
        + outputs.compactMap { if case .metric(let metric) = $0 { metric.text } else { nil } }
        .joined(separator: "\n")
      #expect(texts.firstMatch(of: /-[0-9.]+ (points )?(lost|won)|lose -|lost -/) == nil, "\(texts)")
    }
    #expect(scene.run("again = ptq teacher").1.words.contains("points, within chance"))
    #expect(scene.run("again = ptq teacher bits(*: 2) observer minmax").1.words.contains("beyond chance"))
  }

  @Test func aTargetWithinTheUncertaintyIsNotMet() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("sensitivity teacher images 20 target 1%")
    try #require(result.status == .ok)
    if result.values["teacher.keep_layers"] == 0 {
      #expect(outputs.words.contains("it cannot be told") && outputs.words.contains("would tell"))
      #expect(outputs.words.contains("on these images no layer needs"))
    }
    let (advice, words) = scene.run("advise teacher drop 0.5% images 60 epochs 1")
    try #require(advice.status == .ok)
    let high = try #require(advice.values["teacher.ptq.drop_high_points"])
    let decision = try #require(words.tables.first).texts[0][4]
    #expect((decision == "within the target: done") == (high <= 0.5), "\(decision) \(high)")
  }
}
