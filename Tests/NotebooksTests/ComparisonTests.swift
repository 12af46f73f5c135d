import Interpreter
import Language
import Notebooks
import Testing

@Suite struct ComparisonTests {
  private func number(_ value: Double) -> TypedValue { .number(value) }

  struct Case: Sendable {
    var name: String
    var saved: Double
    var now: Double
    var tolerances: [String] = []
    var otherEnvironment = false
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
    Case(name: "a.accuracy", saved: 0.9, now: 0.909, otherEnvironment: true, verdict: .withinTolerance),
    Case(name: "a.accuracy", saved: 0.9, now: 0.911, otherEnvironment: true, verdict: .different),
    Case(name: "a.agreement", saved: 1, now: 0.995, otherEnvironment: true, verdict: .withinTolerance),
    Case(name: "histogram.counts[3]", saved: 8, now: 13, otherEnvironment: true, verdict: .withinTolerance),
    Case(name: "histogram.counts[3]", saved: 8, now: 14, otherEnvironment: true, verdict: .different),
    Case(name: "a.loss", saved: 0.4, now: 0.420, otherEnvironment: true, verdict: .withinTolerance),
    Case(name: "a.loss", saved: 0.4, now: 0.422, otherEnvironment: true, verdict: .different),
    Case(name: "a.size_bytes", saved: 1000, now: 1001, otherEnvironment: true, verdict: .different),
    Case(name: "a.plan_bytes", saved: 1000, now: 2000, otherEnvironment: true, verdict: .withinTolerance),
    Case(name: "a.plan_bytes", saved: 1000, now: 1001, verdict: .different),
    Case(name: "a.epochs", saved: 3, now: 4, otherEnvironment: true, verdict: .different),
    Case(name: "a.drop_points", saved: 0.1, now: -0.8, otherEnvironment: true, verdict: .withinTolerance),
    Case(name: "a.sqnr_db", saved: 30, now: 30.6, otherEnvironment: true, verdict: .different),
    Case(
      name: "a.accuracy", saved: 0.9, now: 0.905, tolerances: ["0.001"], otherEnvironment: true,
      verdict: .different),
  ]

  @Test(arguments: cases)
  func twoNumbersCompareByWhatIsAskedAndByEnvironment(example: Case) throws {
    var tolerances = Tolerances()
    for text in example.tolerances { try tolerances.add(text) }
    tolerances.isOtherEnvironment = example.otherEnvironment
    #expect(
      tolerances.verdict(example.name, .number(example.saved), .number(example.now)) == example.verdict,
      "\(example)")
  }

  @Test func whatIsNoNumberIsTheSameOrDifferent() {
    let tolerances = Tolerances()
    #expect(tolerances.verdict("a", .number(nil), .number(nil)) == .same)
    #expect(tolerances.verdict("a", .number(nil), .number(1)) == .different)
    #expect(tolerances.verdict("a", .text("x"), .text("x")) == .same)
    #expect(tolerances.verdict("a", .text("1"), .number(1)) == .different)
  }

  @Test(arguments: ["", "accuracy", "accuracy=", "=1", "accuracy=x", "accuracy=-1", "nan", "inf", "a=b=1"])
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
