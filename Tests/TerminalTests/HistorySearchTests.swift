import Terminal
import Testing

@Suite struct HistorySearchTests {
  private let cells = ["data shapes", "teacher = train resnet18", "qat student with kd(teacher)", "convert"]

  @Test(arguments: [
    ("", [1, 2, 3, 4]), ("TEACHER", [2, 3]), ("train*18", [2]), ("18*train", []), ("*", [1, 2, 3, 4]),
    ("kd(", [3]),
  ])
  func aPatternPicksCellsByTheirNumbers(_ pattern: String, _ numbers: [Int]) {
    #expect(HistorySearch(pattern: pattern).select(cells).map(\.number) == numbers)
  }

  @Test func theNewestHundredAreShown() {
    let found = HistorySearch(pattern: "").select((1...250).map { "show \($0)" })
    #expect(found.map(\.number) == Array(151...250))
  }
}
