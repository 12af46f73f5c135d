import Language
import Notebooks
import Testing

@Suite struct ParameterTests {
  private let cell = """
    # defaults
    epochs = 3
    name = teacher  # the model
    share = 1%
    folder = "data/x \\"y\\""
    """

  private func parameters(_ changes: [(String, String)] = []) throws -> Parameters {
    let cells = [
      NotebookCell(kind: .code, source: cell, tags: ["parameters"]),
      NotebookCell(kind: .code, source: "other = 4"),
    ]
    var parameters = Parameters(Notebook(format: .qat, cells: cells))
    for (name, value) in changes { try parameters.override(name, with: value) }
    return parameters
  }

  @Test func onlyTaggedCellsDefineParameters() throws {
    #expect(try parameters().values.keys.sorted() == ["epochs", "folder", "name", "share"])
  }

  @Test func valuesThatPapermillWroteTakeTheDefaultsPlace() throws {
    let cells = [
      NotebookCell(kind: .code, source: cell, tags: ["parameters"]),
      NotebookCell(kind: .code, source: "# Parameters\nepochs = 5", tags: ["injected-parameters"]),
    ]
    let parameters = Parameters(Notebook(format: .qat, cells: cells))
    #expect(try parameters.substitute(in: "train $name epochs $epochs") == "train teacher epochs 5")
  }

  @Test(arguments: [
    ("train $name epochs $epochs", "train teacher epochs 3"),
    ("path \"$folder/a\" $folder", #"path "data/x \"y\"/a" "data/x \"y\"""#),
    ("a $share, b # $nobody knows", "a 1%, b # $nobody knows"),
    ("$epochs$epochs $$epochs \"$$\"", "33 $epochs \"$\""),
    ("a $ b $1", "a $ b $1"),
    ("日本 $epochs é", "日本 3 é"),
    ("no dollar", "no dollar"),
  ])
  func namesAreReplacedByValues(_ source: String, _ expected: String) throws {
    #expect(try parameters().substitute(in: source) == expected)
  }

  @Test(arguments: [
    ("epochs", "5", "5"), ("epochs", "1e-4", "1e-4"), ("name", "student", "student"),
    ("name", "a b", "\"a b\""), ("folder", "plain", "\"plain\""),
    ("folder", "\"in quotes\"", "\"in quotes\""),
    ("folder", "a\\b", #""a\\b""#),
  ])
  func aValueFromOutsideTakesTheDefaultsPlace(_ name: String, _ value: String, _ expected: String) throws {
    #expect(try parameters([(name, value)]).substitute(in: "$" + name) == expected)
  }

  @Test func anUnknownNameIsRefusedWithTheNearestOne() {
    let error = #expect(throws: Diagnostic.self) { try parameters([("epoch", "3")]) }
    #expect(error?.id == "unknown-parameter")
    #expect(error?.suggestion == "epochs")
  }

  @Test func aNotebookWithoutParametersSaysHowToDefineOne() {
    var parameters = Parameters(Notebook(format: .qat, cells: [NotebookCell(kind: .code, source: "models")]))
    let error = #expect(throws: Diagnostic.self) { try parameters.override("epochs", with: "3") }
    #expect(error?.message == "the notebook has no parameters, so \"epochs\" can't be set")
    #expect(error?.notes.first?.contains("epochs = 3") == true)
    #expect(error?.suggestion == nil)
  }

  @Test(arguments: ["five", "", "\"5\"", "1 2"])
  func aNumberStaysANumber(_ value: String) {
    let error = #expect(throws: Diagnostic.self) { try parameters([("epochs", value)]) }
    #expect(error?.id == "parameter-not-a-number")
  }

  @Test func anUndefinedNameIsMarkedWhereItStands() {
    let error = #expect(throws: Diagnostic.self) { try parameters().substitute(in: "é $epoch x") }
    #expect(error?.id == "undefined-parameter")
    #expect(error?.suggestion == "$epochs")
    #expect(error?.range == SourceRange(lowerBound: 3, upperBound: 9))
  }
}
