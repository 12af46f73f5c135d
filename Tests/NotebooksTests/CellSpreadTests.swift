import Interpreter
import Language
import Notebooks
import Testing
import Text

/// What is kept of runs with other seeds.
@Suite struct CellSpreadTests {
  private func results(_ values: [CellResults.NamedValue]) -> CellResults {
    CellResults(status: .ok, values: values)
  }

  @Test func deviationsAreThoseOfTheSample() {
    // 1, 2, 3 and 4 deviate by 1.29099…, kept with three digits, rounded up.
    let runs = [1.0, 2, 3, 4].map { results([("a.loss", .number($0)), ("a.epochs", .number(3))]) }
    let spread = CellSpread(of: runs[0], and: Array(runs.dropFirst()))
    #expect(spread.seeds == 3)
    #expect(spread.deviations == ["a.loss": 1.3])
    #expect(spread.varying == [])
  }

  @Test func textsAndValuesThatComeAndGoVary() {
    let saved = results([
      ("t, a", .text("mse")), ("t, b", .text("0…5.1")), ("t, c", .number(1)), ("t, d", .number(1)),
    ])
    let other = results([("t, a", .text("entropy")), ("t, b", .text("0…5.3")), ("t, c", .number(nil))])
    let spread = CellSpread(of: saved, and: [other, other])
    #expect(spread.varying == ["t, a", "t, c", "t, d"])
    #expect(spread.deviations.keys.sorted() == ["t, b #2"])
  }

  @Test func theSeriesOfACurveHasOneDeviation() {
    func curve(_ noise: Double) -> CellResults {
      results(
        (0..<10).map { ("curve.series[0].points[\($0)][1]", .number(2 + ($0 % 2 == 0 ? noise : -noise))) })
    }
    let spread = CellSpread(of: curve(0), and: [curve(0.1), curve(-0.1)])
    // 0, 0.1 and −0.1 around 2 deviate by 0.1, which is a twentieth.
    #expect(spread.deviations.keys.sorted() == ["curve.series[0].points[][1]"])
    #expect(abs((spread.deviations.values.first ?? 0) - 0.05) < 0.001)
  }

  @Test func itComesBackFromItsJSON() {
    var spread = CellSpread(seeds: 4)
    spread.deviations = ["a.loss": 0.0123, "table, a, range #2": 4]
    spread.varying = ["b"]
    #expect(CellSpread(spread.json) == spread)
    #expect(CellSpread(CellSpread(seeds: 3).json) == CellSpread(seeds: 3))
  }

  @Test(arguments: [
    "{}", "{\"seeds\": 0}", "{\"seeds\": \"3\"}", "{\"seeds\": -2}", "{\"seeds\": 1e9}",
    "{\"seeds\": 99999999}",
  ])
  func aFilesNonsenseIsNoSpread(text: String) throws {
    #expect(CellSpread(try JSONParser.parse(text).object) == nil)
  }

  @Test func deviationsThatMeanNothingAreLeftOut() throws {
    let text = """
      {"seeds": 3, "deviations": {"a": -1, "b": "x", "c": 1e999, "d": null, "e": 0.5}, "varying": [1, "f"]}
      """
    let spread = try #require(CellSpread(try JSONParser.parse(text).object))
    #expect(spread.deviations == ["e": 0.5])
    #expect(spread.varying == ["f"])
  }

  @Test func aHistogramIsHeldByItsDistributionElsewhere() {
    func record(_ edges: [Double], _ counts: [Int]) -> CellRecord {
      let histogram = Histogram(
        title: "weights", xLabel: "weight", yLabel: "weights a bin", countScale: .linear, edges: edges,
        counts: counts)
      return CellRecord(number: 1, source: "", outputs: [.histogram(histogram)])
    }
    let saved = CellResults(record([0, 1, 2, 3, 4], [10, 30, 40, 20]))
    let finer = CellResults(record([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4], [5, 5, 15, 15, 20, 20, 10, 10]))
    #expect(finer.compared(withSaved: saved, Tolerances()).0 == .different)
    let limits = CellLimits(spread: CellSpread(seeds: 3))
    #expect(finer.compared(withSaved: saved, Tolerances(), limits).0 == .withinTolerance)
    #expect(saved.condensed.map(\.name).filter { $0.hasSuffix("below") }.count == 5)
    let median = saved.condensed.first { $0.name == "histogram, 50 % below" }
    #expect(median?.value == .number(2.25))
    let fewer = CellResults(record([0, 1, 2, 3, 4], [10, 30, 40, 19]))
    #expect(fewer.compared(withSaved: saved, Tolerances(), limits).0 == .different)
  }

  @Test func noiseOfTiesIsNoFigureElsewhere() {
    func diff(_ decibels: Double) -> CellResults {
      CellResults(
        CellRecord(
          number: 1, source: "",
          metrics: [
            Metric("a.conv1.largest_difference", 1), Metric("a.conv1.sqnr_db", decibels),
          ]))
    }
    let limits = CellLimits(spread: CellSpread(seeds: 3))
    #expect(diff(80).compared(withSaved: diff(90), Tolerances(), limits).0 == .withinTolerance)
    #expect(diff(80).compared(withSaved: diff(90), Tolerances()).0 == .different)
  }

  @Test func aPlansKernelsAreNotComparedElsewhere() {
    func plan(_ code: String, _ bytes: Double) -> CellResults {
      let table = Table(
        columns: [.init("step"), .init("code"), .init("time")],
        rows: [["conv1", .text(code), "1 ms"], [.text(code), .text(code), .blank]])
      return CellResults(
        CellRecord(
          number: 1, source: "", metrics: [Metric("a.plan_bytes", bytes)], outputs: [.table(table)]))
    }
    let limits = CellLimits(spread: nil)
    let (saved, now) = (plan("jit:avx2", 10), plan("jit:avx512_core", 20))
    #expect(now.compared(withSaved: saved, Tolerances(), limits).0 == .withinTolerance)
    #expect(now.compared(withSaved: saved, Tolerances()).0 == .different)
  }
}
