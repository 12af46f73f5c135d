import Interpreter
import Language
import Text

extension ReplayReport {
  /// The replay as a JUnit report: one test case a code cell.
  ///
  /// A cell that differs is a failure, one that failed an error; a new one passes.
  package var junit: String {
    let time = cells.reduce(0) { $0 + $1.record.seconds }
    let counts = [
      ("tests", "\(cells.count)"), ("failures", "\(count(.different))"), ("errors", "\(count(.failed))"),
      ("skipped", "\(count(.skipped))"), ("time", seconds(time)),
    ]
    let suite = XMLElement("testsuite", [("name", path)] + counts, cells.map(testCase))
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + XMLElement("testsuites", [("name", "qatlab replay")] + counts, [suite]).xml
  }

  private func testCase(_ cell: ReplayedCell) -> XMLElement {
    let name = "cell \(cell.record.number)" + (cell.title.isEmpty ? "" : ": " + cell.title)
    let attributes = [("classname", path), ("name", name), ("time", seconds(cell.record.seconds))]
    let found = finding(cell)
    return found.map { XMLElement("testcase", attributes, [$0]) } ?? XMLElement("testcase", attributes)
  }

  private func finding(_ cell: ReplayedCell) -> XMLElement? {
    let lines = cell.differences.map { difference in
      "\(difference.name): saved \(difference.saved?.words ?? "nothing"), now \(difference.now?.words ?? "nothing")"
    }.joined(separator: "\n")
    switch cell.verdict {
    case .same, .new: return nil
    case .withinTolerance: return XMLElement("system-out", text: lines)
    case .different:
      let count = cell.differences.count
      return XMLElement(
        "failure", [("message", "\(count) value\(count == 1 ? "" : "s") differ")], text: lines)
    case .skipped: return XMLElement("skipped", [("message", cell.skipReason ?? "")])
    case .failed:
      let messages = cell.record.diagnostics.map(\.message)
      let message = messages.isEmpty ? cell.record.status.rawValue : messages.joined(separator: "; ")
      return XMLElement("error", [("message", message)])
    }
  }

  private func seconds(_ value: Double) -> String { JSONValue.double((value * 1000).rounded() / 1000).line }
}
