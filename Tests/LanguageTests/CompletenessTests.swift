import Language
import Testing

struct CompletenessTests {
  @Test(arguments: [
    ("", Completeness.complete),
    ("   # nothing yet", .complete),
    ("convert", .complete),
    ("convert\n", .complete),
    ("no such command, but it ends", .complete),
    ("qat student with kd(teacher", .incomplete(reason: "( is open")),
    ("qat student with kd(teacher,\n  layers: [a", .incomplete(reason: "[ is open")),
    ("qat student with kd(teacher,\n  layers: [a])", .complete),
    ("qat student with kd(teacher), # and more", .incomplete(reason: "after ,")),
    ("model tiny = conv(16, 3) >\n# the activation\n\n", .incomplete(reason: "after >")),
    ("model tiny = conv(16, 3) >\nrelu", .complete),
    ("train resnet18 \\", .incomplete(reason: "after \\")),
    ("train resnet18 \\  ", .incomplete(reason: "after \\")),
    ("train resnet18 \\\n", .incomplete(reason: "after \\")),
    ("train resnet18 \\\r\n", .incomplete(reason: "after \\")),
    ("train resnet18 \\\n\n", .complete),
    ("train resnet18 \\\nepochs 3", .complete),
    ("import \"file", .invalid),
    ("import \"file \\", .incomplete(reason: "a string is open")),
    ("import \"file \\\n", .incomplete(reason: "a string is open")),
    ("import \"file \\\n\n", .invalid),
    ("import \"file \\\n name\"", .complete),
    ("qat s with kd(t),\n", .incomplete(reason: "after ,")),
    ("convert)", .invalid),
    ("kd(a]", .invalid),
    ("kd(a @", .invalid),
  ])
  func aCellIsCompleteWhereAStatementCanEnd(_ source: String, _ expected: Completeness) {
    #expect(completeness(of: source) == expected)
  }

  @Test(arguments: [
    "qat student with kd(teacher", "a,", "model tiny = relu >", "train \\", "train \\\n", "import \"file \\",
  ])
  func whatIsIncompleteIsReportedWhereItRunsAllTheSame(_ source: String) {
    #expect(!parse(source, vocabulary: .sample).diagnostics.isEmpty)
  }
}
