import Interpreter
import Language
import Notebooks
import Testing
import Text

/// Numbers of tables in files: those of the first version keep them as they are shown, later ones as values too.
@Suite(.serialized) struct TableValueTests {
  private static let lesson = """
    # %% id="d"
    data shapes limit 256 test 64 size 12
    model tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)
    # %% id="t"
    teacher = train tiny epochs 1
    student = qat from teacher with kd(teacher) epochs 1
    convert student
    # %% id="c"
    compare
    models
    runs
    # %% id="l"
    inspect student
    show graph student-int8
    show tiny
    show run 2
    show plan student
    diff student
    # %% id="q"
    set
    histogram student.conv1
    show quantize 0.37 scale 0.01 zero-point 3
    show quantize -1 0.4 2e-7 30000 bits 3
    help qat
    sensitivity teacher bits 4 images 64
    """

  /// A file without what the first version didn't keep.
  private func versionOne(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let values): .array(values.map(versionOne))
    case .object(let object):
      .object(
        object.members.reduce(into: JSONObject()) { copy, member in
          guard member.key != "values" || object["type"]?.string != "table" else { return }
          copy[member.key] = versionOne(member.value)
        })
    case .null, .bool, .number, .string: value
    }
  }

  @Test func aFileOfTheFirstVersionIsTheSame() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    let written = try JSONParser.parse(scene.text)
    let old = versionOne(written)
    #expect(old != written)
    try scene.write(old.notebookText)
    #expect(scene.replay() == 0, "\(scene.differing)")
    #expect(scene.verdicts == Array(repeating: "same", count: 5), "\(scene.differing)")
    try scene.write(written.notebookText)
    #expect(scene.replay() == 0)
    #expect(scene.verdicts == Array(repeating: "same", count: 5), "\(scene.differing)")
  }

  /// Both read the same steps, so limits elsewhere are the same too.
  @Test func bothVersionsHaveTheSameValuesAndSteps() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    let new = try readNotebook(scene.path)
    try scene.write(versionOne(try JSONParser.parse(scene.text)).notebookText)
    for (one, two) in zip(try readNotebook(scene.path).cells, new.cells) where one.kind == .code {
      let (before, after) = (try #require(CellResults(saved: one)), try #require(CellResults(saved: two)))
      #expect(before == after)
      #expect(before.condensed.map(\.name) == after.condensed.map(\.name))
      #expect(before.steps.keys.sorted() == after.steps.keys.sorted())
      for (name, step) in before.steps {
        #expect(abs(step - (after.steps[name] ?? 0)) <= 1e-12 * step, "\(name)")
      }
    }
  }

  @Test func aNumberOrAWordThatWasEditedIsFound() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    let written = scene.text
    for (old, new) in [("\"number\": 0.37,", "\"number\": 0.38,"), ("\"0.37 / 0.01\"", "\"0.38 / 0.01\"")] {
      #expect(try scene.replace(old, new) > 0)
      #expect(scene.replay() == 3)
      #expect(scene.verdicts == ["same", "same", "same", "same", "different"])
      #expect(scene.differing[4].allSatisfy { $0.hasPrefix("table") } && !scene.differing[4].isEmpty)
      try scene.write(written)
    }
  }

  private func results(_ cells: [[Table.Cell]]) -> CellResults {
    let table = Table(columns: [.init("model"), .init("accuracy", .right)], rows: cells)
    return CellResults(CellRecord(number: 1, source: "", outputs: [.table(table)]))
  }

  @Test func valuesAreNamedByRowAndColumn() {
    var duration: Table.Cell = "3 s"
    duration.repeats = false
    let found = results([["a", .plain(3)], [.blank, "x"], ["b", duration]])
    #expect(
      found.values.map(\.name) == [
        "table, a, model", "table, a, accuracy", "table, row 2, model", "table, row 2, accuracy",
        "table, b, model", "table, rows", "table, order of rows",
      ])
    let values: [TypedValue] = [
      .text("a"), .number(3), .text(""), .text("x"), .text("b"), .number(3), .text("a, row 2, b"),
    ]
    #expect(found.values.map(\.value) == values)
    #expect(found.steps == ["table, a, accuracy": 1])
  }

  @Test(arguments: [
    "[]", "[3]", "[[null]]", #"[[null,{"number":"x"}]]"#, #"[[null,{"number":1e999,"step":-1}]]"#,
    #"[[null,{"step":"x","repeats":"false"}]]"#, #"{"a":1}"#,
  ])
  func valuesThatMeanNothingAreNoFailure(_ values: String) throws {
    let table =
      #"{"cell_type":"code","source":"set","metadata":{"qatlab":{"status":"ok"}},"outputs":[{"#
      + #""output_type":"display_data","data":{"application/vnd.qatlab.v1+json":{"type":"table","#
      + #""columns":[{"title":"m"},{"title":"n"}],"rows":[["a","7"]],"values":"# + values + "}}}]}"
    let text = #"{"cells":["# + table + #"],"metadata":{},"nbformat":4,"nbformat_minor":5}"#
    let cell = try #require(try parseNotebook(Array(text.utf8), path: "a.ipynb").cells.first)
    let results = try #require(CellResults(saved: cell))
    let names = ["table, a, m", "table, a, n", "table, rows", "table, order of rows"]
    #expect(results.values.map(\.name) == names)
    #expect(results.steps.values.allSatisfy { $0 >= 0 && $0.isFinite })
  }
}
