import Interpreter
import Language
import Testing

/// `as csv` and `as markdown`: the table alone, with exact figures.
@Suite(.serialized) struct TableFormTests {
  private func scene() throws -> Scene {
    let scene = try Scene()
    for cell in [
      "data shapes limit 256 test 96 size 12", "model tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)",
      "teacher = train tiny epochs 1", "qat student with kd(teacher, SoftTarget) epochs 1", "convert student",
    ] {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  private func written(_ outputs: [Output]) throws -> [String] {
    let shown = outputs.filter { output in
      switch output {
      case .metric(let metric): metric.text != nil
      case .progress: false
      default: true
      }
    }
    #expect(shown.count == 1, "\(shown)")
    return try #require(outputs.tables.first?.written).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
  }

  @Test func aComparisonAsCSVHasTheExactFigures() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("compare as csv")
    let lines = try written(outputs)
    #expect(lines.count == 4)
    let heading = lines[0].split(separator: ",").map(String.init)
    for title in ["accuracy (share)", "change (points)", "size (bytes)", "latency (ms)", "speed (×)"] {
      #expect(heading.contains(title))
    }
    for line in lines.dropFirst() {
      // The method of a QAT model has a comma, and so quotation marks.
      let fields = line.replacing(/"([^"]*)"/) { $0.output.1.replacing(",", with: ";") }
        .split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      #expect(fields.count == heading.count, "\(line)")
      func number(_ title: String) -> Double? { heading.firstIndex(of: title).flatMap { Double(fields[$0]) } }
      let values = result.values
      #expect(number("accuracy (share)") == values[fields[0] + ".accuracy"])
      #expect(number("size (bytes)") == values[fields[0] + ".size_bytes"])
      #expect(number("latency (ms)") == values[fields[0] + ".latency_ms"])
      #expect(number("change to (points)").map { -$0 } == values[fields[0] + ".drop_low_points"])
    }
    #expect(lines[2].contains("\"QAT + KD, fake\""))
  }

  @Test(arguments: ["compare", "models", "runs", "compare student seeds 2"])
  func markdownIsATableOfIt(command: String) throws {
    let scene = try scene()
    let lines = try written(scene.run(command + " as markdown").1)
    let count = lines[0].filter { $0 == "|" }.count
    #expect(count > 4 && lines.allSatisfy { $0.hasPrefix("|") && $0.hasSuffix("|") })
    #expect(lines.allSatisfy { $0.filter { $0 == "|" }.count == count })
    #expect(lines[1].allSatisfy { "|-: ".contains($0) })
    let csv = try written(scene.run(command + " as csv").1)
    #expect(csv.count == lines.count - 1)
  }

  @Test func anEmptySessionHasAHeadingAlone() throws {
    let scene = try Scene()
    #expect(try written(scene.run("models as csv").1).count == 1)
    #expect(try written(scene.run("runs as csv").1).count == 1)
    #expect(scene.run("models as excel").0.diagnostics.map(\.id) == ["unknown-choice"])
  }

  @Test func whatWouldEndAFieldIsQuoted() {
    var table = Table(
      columns: [.init("a, b"), .init("c")], rows: [["say \"x\"", "1|2"], ["two\nlines", ""]])
    #expect(table.written == nil)
    table.form = .csv
    #expect(table.written == "\"a, b\",c\n\"say \"\"x\"\"\",1|2\n\"two\nlines\",")
    table.form = .markdown
    #expect(table.written == "| a, b | c |\n| --- | --- |\n| say \"x\" | 1\\|2 |\n| two lines |  |")
  }
}
