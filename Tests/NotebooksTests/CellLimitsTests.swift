import Interpreter
import Language
import Notebooks
import Testing

/// Limits against hand arithmetic with tabulated quantiles: t of 2 and 3 degrees of freedom at 99 % is 9.925
/// and 5.841, that of the normal distribution 2.5758.
@Suite struct CellLimitsTests {
  private func spread(_ deviations: [String: Double], seeds: Int = 3, varying: Set<String> = []) -> CellSpread
  {
    var spread = CellSpread(seeds: seeds)
    spread.deviations = deviations
    spread.varying = varying
    return spread
  }

  private func differences(
    _ saved: [CellResults.NamedValue], _ now: [CellResults.NamedValue], _ limits: CellLimits
  ) -> (Verdict, [Difference]) {
    CellResults(status: .ok, values: now).compared(
      withSaved: CellResults(status: .ok, values: saved), Tolerances(), limits)
  }

  private func limit(_ name: String, _ saved: Double, _ limits: CellLimits) -> Double? {
    let far = saved + 1e9
    return differences([(name, .number(saved))], [(name, .number(far))], limits).1.first?.limit
  }

  private func text(
    _ saved: String, _ now: String, _ limits: CellLimits, name: String = "table, conv1, range"
  )
    -> Verdict
  {
    differences([(name, .text(saved))], [(name, .text(now))], limits).0
  }

  @Test(arguments: [(2, 9.925), (3, 5.841), (4, 4.604), (9, 3.250)])
  func theLimitIsAPredictionIntervalByStudent(seeds: Int, quantile: Double) throws {
    let limits = CellLimits(spread: spread(["a.loss": 0.01], seeds: seeds))
    let found = try #require(limit("a.loss", 0.5, limits))
    #expect(abs(found - 2.0.squareRoot() * quantile * 0.01) < 1e-5)
  }

  @Test func aValueIsWithinItsLimitAndDifferentBeyondIt() {
    let limits = CellLimits(spread: spread(["a.loss": 0.01]))
    let saved: [CellResults.NamedValue] = [("a.loss", .number(0.5))]
    #expect(differences(saved, [("a.loss", .number(0.5825))], limits).0 == .withinTolerance)
    #expect(differences(saved, [("a.loss", .number(0.5827))], limits).0 == .different)
    #expect(differences(saved, [("a.loss", .number(0.5))], limits).0 == .same)
  }

  @Test func whatOtherSeedsLeaveAsItIsStaysExact() {
    let limits = CellLimits(spread: spread([:]))
    for name in ["a.size_bytes", "a.epochs", "table, a, ratio", "table, rows"] {
      #expect(limit(name, 1000, limits) == 0)
    }
    #expect(text("64×14×14", "64×14×15", limits) == .different)
    #expect(text("0.003", "0.004", limits) == .different)
    #expect(text("adam", "sgd", limits) == .different)
  }

  @Test func sizesAreExactWhereNoSeedsWereRun() {
    let limits = CellLimits(spread: nil)
    #expect(limit("a.size_bytes", 1000, limits) == 0)
    #expect(
      text("int8 conv, 3×3, to 0…255, scale 0.0234", "int8 conv, 3×3, to 0…255, scale 0.0233", limits)
        == .withinTolerance)
    #expect(text("int8 conv, 3×3, to 0…255", "int8 conv, 5×5, to 0…255", limits) == .different)
  }

  @Test func textsAreAlikeWhereTheirWordsAreAndEachNumberIsWithinItsOwnLimit() {
    // √2 · 5.841 · 0.01 = 0.0826, and one in the last digit.
    let limits = CellLimits(spread: spread(["table, conv1, range #2": 0.01]))
    #expect(text("0…5.18", "0…5.26", limits) == .withinTolerance)
    #expect(text("0…5.18", "0…5.3", limits) == .different)
    #expect(text("0…5.18", "1…5.18", limits) == .different)
    #expect(text("0…5.18", "0…5.18 dB", limits) == .different)
    #expect(text("conv1 0…5", "conv2 0…5", limits) == .different)
  }

  @Test func settingsAreHeldToTheLetter() {
    let limits = CellLimits(spread: spread(["settings #1": 1], varying: []))
    #expect(text("lr 0.003", "lr 0.0031", limits, name: "settings") == .different)
    #expect(text("lr 0.003", "lr 0.0031", CellLimits(spread: nil), name: "settings") == .different)
  }

  @Test func whatOtherSeedsHaveOrHaveNotIsNotMissed() {
    let limits = CellLimits(spread: spread([:], varying: ["a.recovery", "table, a, chosen"]))
    #expect(differences([("a.recovery", .number(1))], [], limits).0 == .withinTolerance)
    #expect(differences([], [("a.recovery", .number(1))], limits).0 == .withinTolerance)
    #expect(text("minmax", "mse", limits, name: "table, a, chosen") == .withinTolerance)
    #expect(differences([("a.accuracy", .number(1))], [], limits).0 == .different)
  }

  @Test func theKindsUsualSpreadHoldsWhereSeedsAgreeByLuck() throws {
    func cell(_ name: String, _ value: Double, _ deviation: Double) -> String {
      """
      {"cell_type": "code", "metadata": {"qatlab": {"status": "ok", "values": {"\(name)": \(value)}, \
      "spread": {"seeds": 3, "deviations": {"\(name)": \(deviation)}}}}, "source": "models", "outputs": [], \
      "execution_count": 1}
      """
    }
    let cells = [
      cell("a.accuracy", 0.9, 0.01), cell("b.accuracy", 0.4, 0.2), cell("c.accuracy", 0.8, 0),
      cell("a.scale", 2, 0.2), cell("b.scale", 4, 0.8), cell("c.scale", 8, 0.8),
    ]
    let file =
      "{\"nbformat\": 4, \"nbformat_minor\": 4, \"metadata\": {}, \"cells\": [\(cells.joined(separator: ","))]}"
    let kinds = KindSpreads(try parseNotebook(Array(file.utf8), path: "a.ipynb"))
    let lucky = CellLimits(spread: spread([:]), kinds: kinds)
    let factor = 2.0.squareRoot() * 5.841
    // The median of accuracies is 0.01; that of scales a tenth of the value.
    #expect(abs(try #require(limit("c.accuracy", 0.8, lucky)) - factor * 0.01) < 1e-4)
    #expect(abs(try #require(limit("d.scale", 3, lucky)) - factor * 0.3) < 1e-3)
    let wild = CellLimits(spread: spread(["b.accuracy": 0.2]), kinds: kinds)
    #expect(abs(try #require(limit("b.accuracy", 0.4, wild)) - factor * 0.2) < 1e-3)
  }

  @Test func aCurveIsHeldToTheDeviationOfItsSeries() {
    func curve(_ factor: Double) -> [CellResults.NamedValue] {
      (0..<50).flatMap { step -> [CellResults.NamedValue] in
        let name = "curve.series[0].points[\(step)]"
        return [
          (name + "[0]", .number(Double(step))), (name + "[1]", .number(factor * (2 - Double(step) / 50))),
        ]
      }
    }
    let limits = CellLimits(spread: spread(["curve.series[0].points[][1]": 0.02]))
    #expect(differences(curve(1), curve(1.09), limits).0 == .withinTolerance)
    // 150 degrees of freedom, 99 % for 50 points at once: t = 3.8, so √2 · 3.8 · 0.02 = 0.107.
    #expect(differences(curve(1), curve(1.12), limits).0 == .different)
    #expect(differences(curve(1), Array(curve(1).dropLast(2)), limits).0 == .different)
    var other = curve(1)
    other[20].value = .number(10.5)
    #expect(differences(curve(1), other, limits).0 == .different)
  }

  @Test func otherGridsLeaveAccuraciesAndSizesToCompare() {
    var limits = CellLimits(spread: spread([:]))
    limits.hasSameGrids = false
    #expect(
      differences([("a.output_scale", .number(1))], [("a.output_scale", .number(2))], limits).0
        == .withinTolerance)
    #expect(text("0…255", "0…127", limits) == .withinTolerance)
    for name in ["a.accuracy", "a.loss", "a.size_bytes", "a.drop_points"] {
      #expect(differences([(name, .number(1))], [(name, .number(2))], limits).0 == .different)
    }
    #expect(text("lr 1", "lr 2", limits, name: "settings") == .different)
  }
}
