import Interpreter
import Language

extension ReplayReport {
  /// The replay as a JUnit report: one test case a code cell.
  ///
  /// A cell that differs is a failure, one that failed an error; a new one passes.
  package var junit: String {
    let time = cells.reduce(0) { $0 + $1.record.seconds }
    let counts =
      "tests=\"\(cells.count)\" failures=\"\(count(.different))\" errors=\"\(count(.failed))\""
      + " skipped=\"\(count(.skipped))\" time=\"\(seconds(time))\""
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text += "<testsuites name=\"qatlab replay\" \(counts)>\n"
    text += " <testsuite name=\"\(escaped(path))\" \(counts)>\n"
    for cell in cells { text += self.testCase(cell) }
    return text + " </testsuite>\n</testsuites>\n"
  }

  private func testCase(_ cell: ReplayedCell) -> String {
    let name = "cell \(cell.record.number)" + (cell.title.isEmpty ? "" : ": " + cell.title)
    let head =
      "  <testcase classname=\"\(escaped(path))\" name=\"\(escaped(name))\" time=\"\(seconds(cell.record.seconds))\""
    let lines = cell.differences.map { difference in
      "\(difference.name): saved \(difference.saved?.words ?? "nothing"), now \(difference.now?.words ?? "nothing")"
    }
    switch cell.verdict {
    case .same, .new: return head + "/>\n"
    case .withinTolerance:
      return head
        + ">\n   <system-out>\(escaped(lines.joined(separator: "\n")))</system-out>\n  </testcase>\n"
    case .different:
      return head
        + ">\n   <failure message=\"\(lines.count) value\(lines.count == 1 ? "" : "s") differ\">"
        + "\(escaped(lines.joined(separator: "\n")))</failure>\n  </testcase>\n"
    case .skipped:
      return head + ">\n   <skipped message=\"\(escaped(cell.skipReason ?? ""))\"/>\n  </testcase>\n"
    case .failed:
      let messages = cell.record.diagnostics.map(\.message)
      let message = messages.isEmpty ? cell.record.status.rawValue : messages.joined(separator: "; ")
      return head + ">\n   <error message=\"\(escaped(message))\"/>\n  </testcase>\n"
    }
  }

  private func seconds(_ value: Double) -> String { JSONValue.double((value * 1000).rounded() / 1000).line }
}

/// Text as it stands in XML; characters that XML 1.0 has no way to say become U+FFFD.
private func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\n", "\t", "\r": result += "&#\(scalar.value);"
    case "\0"..<" ", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
