import Interpreter
import Language
import Notebooks
import Testing

@Suite struct ComparisonTests {
  struct Case: Sendable {
    var name: String
    var saved: Double
    var now: Double
    var tolerances: [String] = []
    var verdict: Verdict
  }

  static let cases: [Case] = [
    Case(name: "teacher.accuracy", saved: 0.9, now: 0.9, verdict: .same),
    Case(name: "teacher.accuracy", saved: 0.9, now: 0.9.nextUp, verdict: .different),
    Case(
      name: "teacher.accuracy", saved: 0.9, now: 0.905, tolerances: ["accuracy=0.01"],
      verdict: .withinTolerance),
    Case(
      name: "teacher.accuracy", saved: 0.9, now: 0.89, tolerances: ["accuracy=0.01"],
      verdict: .withinTolerance),
    Case(
      name: "teacher.accuracy", saved: 0.9, now: 0.8899, tolerances: ["accuracy=0.01"], verdict: .different),
    Case(name: "teacher.loss", saved: 0.9, now: 0.905, tolerances: ["accuracy=0.01"], verdict: .different),
    Case(name: "teacher.loss", saved: 0.9, now: 0.905, tolerances: ["0.01"], verdict: .withinTolerance),
    Case(
      name: "teacher.loss", saved: 0.9, now: 0.905, tolerances: ["0.01", "teacher.loss=0"],
      verdict: .different),
    Case(
      name: "table, teacher, accuracy", saved: 0.9, now: 0.905, tolerances: ["accuracy=0.01"],
      verdict: .withinTolerance),
    Case(name: "a.plan_bytes", saved: 1000, now: 1001, verdict: .different),
  ]

  private func results(_ name: String, _ value: Double) -> CellResults {
    CellResults(status: .ok, values: [(name, .number(value))])
  }

  @Test(arguments: cases)
  func twoNumbersCompareByWhatIsAsked(example: Case) throws {
    var tolerances = Tolerances()
    for text in example.tolerances { try tolerances.add(text) }
    let (verdict, _) = results(example.name, example.now).compared(
      withSaved: results(example.name, example.saved), tolerances)
    #expect(verdict == example.verdict, "\(example)")
  }

  @Test func whatWasAskedGoesBeforeTheSpread() throws {
    var tolerances = Tolerances()
    try tolerances.add("0.001")
    var spread = CellSpread(seeds: 3)
    spread.deviations = ["a.accuracy": 0.1]
    let (verdict, _) = results("a.accuracy", 0.905).compared(
      withSaved: results("a.accuracy", 0.9), tolerances, CellLimits(spread: spread))
    #expect(verdict == .different)
  }

  @Test func whatIsNoNumberIsTheSameOrDifferent() {
    func verdict(_ saved: TypedValue, _ now: TypedValue) -> Verdict {
      CellResults(status: .ok, values: [("a", now)]).compared(
        withSaved: CellResults(status: .ok, values: [("a", saved)]), Tolerances()
      ).0
    }
    #expect(verdict(.number(nil), .number(nil)) == .same)
    #expect(verdict(.number(nil), .number(1)) == .different)
    #expect(verdict(.text("x"), .text("x")) == .same)
    #expect(verdict(.text("1"), .number(1)) == .different)
  }

  @Test(arguments: [
    "", "accuracy", "accuracy=", "=1", "accuracy=x", "accuracy=-1", "nan", "inf", "a=b=1", "0x1p0", "-0",
    "1e400", "a=0x10",
  ])
  func aToleranceThatMeansNothingIsRefused(text: String) {
    var tolerances = Tolerances()
    let error = #expect(throws: Diagnostic.self) { try tolerances.add(text) }
    #expect(error?.id == "bad-tolerance")
  }

  @Test func namesThatFitNoValueAreTold() throws {
    var tolerances = Tolerances()
    try tolerances.add("accurracy=1")
    try tolerances.add("loss=1")
    #expect(tolerances.unused(among: ["a.loss", "a.accuracy"]) == ["accurracy"])
  }

  @Test func valuesThatCameOrWentDiffer() {
    let saved = CellResults(status: .ok, values: [("a", .number(1)), ("b", .number(2)), ("c", .number(3))])
    let now = CellResults(status: .ok, values: [("b", .number(2)), ("c", .number(4)), ("d", .number(5))])
    let (verdict, differences) = now.compared(withSaved: saved, Tolerances())
    #expect(verdict == .different)
    #expect(differences.map(\.name) == ["c", "d", "a"])
    #expect(differences.map(\.amount) == [1, nil, nil])
  }

  @Test func valuesOfOneNameCompareByTheirOrder() {
    let saved = CellResults(status: .ok, values: [("a", .number(1)), ("a", .number(2))])
    let now = CellResults(status: .ok, values: [("a", .number(1)), ("a", .number(3))])
    #expect(now.compared(withSaved: saved, Tolerances()).1.map(\.name) == ["a (2)"])
  }

  @Test func errorsCompareByTheirIds() {
    let saved = CellResults(status: .error, errors: ["unknown-model"])
    #expect(saved.compared(withSaved: saved, Tolerances()).0 == .same)
    let other = CellResults(status: .error, errors: ["wrong-kind"])
    #expect(other.compared(withSaved: saved, Tolerances()).0 == .different)
    #expect(
      CellResults(status: .ok).compared(withSaved: saved, Tolerances()).1.map(\.name) == ["status", "errors"])
  }
}
