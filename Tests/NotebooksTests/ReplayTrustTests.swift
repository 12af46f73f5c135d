import Foundation
import Interpreter
import Language
import Notebooks
import Testing
import Text

/// Replays of files whose saved outputs are not what their cells give.
@Suite(.serialized) struct ReplayTrustTests {
  private static let words = """
    # %% id="d"
    data shapes limit 64 test 32 size 12
    # %% id="m"
    model tiny = conv(4, 3) > relu > fc(10)
    # %% id="s"
    set seed 7
    # %% id="e"
    explain scale
    # %% id="h"
    help losses
    # %% id="p"
    print "a word"
    # %% id="w"
    show data
    # %% id="x" tags=["raises-exception"]
    evaluate techer
    """
  private static let count = 8

  private func saved() throws -> NotebookScene {
    let scene = try NotebookScene(cells: Self.words)
    #expect(scene.run() == 0)
    #expect(scene.replay() == 0)
    #expect(scene.verdicts == Array(repeating: "same", count: Self.count))
    return scene
  }

  /// Changes the notebook's JSON with a closure over its cells.
  private func edit(_ scene: NotebookScene, _ change: (inout [JSONObject]) -> Void) throws {
    guard case .object(var root) = try JSONParser.parse(scene.text) else { return }
    var cells = (root["cells"]?.array ?? []).compactMap(\.object)
    change(&cells)
    root["cells"] = .array(cells.map(JSONValue.object))
    try scene.write(JSONValue.object(root).notebookText)
  }

  @Test(arguments: 0..<count) func clearedOutputsAreFound(cell: Int) throws {
    let scene = try saved()
    try edit(scene) { $0[cell]["outputs"] = .array([]) }
    #expect(scene.replay() == 3)
    #expect(scene.verdicts.firstIndex(of: "different") == cell)
    #expect(scene.verdicts.count { $0 == "same" } == Self.count - 1)
    #expect(scene.replay(update: true) == 3)
    #expect(scene.replay() == 0)
  }

  @Test(arguments: 0..<count) func aCellWhoseRecordIsGoneDiffersAndIsNotNew(cell: Int) throws {
    let scene = try saved()
    try edit(scene) { cells in
      guard var metadata = cells[cell]["metadata"]?.object else { return }
      metadata["qatlab"] = nil
      cells[cell]["metadata"] = .object(metadata)
    }
    #expect(scene.replay() == 3)
    #expect(scene.differing[cell].contains("record"))
    // Never run, it is new.
    try edit(scene) {
      $0[cell]["outputs"] = .array([])
      $0[cell]["execution_count"] = .null
    }
    #expect(scene.replay() == 0)
    #expect(scene.verdicts[cell] == "new")
  }

  /// Each is a text that stands in the saved file, and what it is made.
  @Test(arguments: [
    ("64 training", "65 training", 0), ("3 layers", "4 layers", 1), ("seed 7, for", "seed 8, for", 2),
    ("the real value", "the unreal value", 3), ("a word", "another word", 5), ("classes: ", "sorts: ", 6),
    ("no model is called", "no model was called", 7),
  ])
  func wordsThatWereTamperedWithAreFound(old: String, new: String, cell: Int) throws {
    let scene = try saved()
    var found = false
    try edit(scene) { cells in
      let text = JSONValue.array(cells[cell]["outputs"]?.array ?? []).line
      found = text.contains(old)
      if let outputs = try? JSONParser.parse(text.replacing(old, with: new)) {
        cells[cell]["outputs"] = outputs
      }
    }
    guard found || cell != 3 else { return }
    #expect(found, "\(old)")
    #expect(scene.replay() == 3)
    #expect(scene.verdicts[cell] == "different")
    #expect(scene.verdicts.count { $0 == "same" } == Self.count - 1)
    // Elsewhere, too: no kernel has a part in it.
    #expect(scene.replay(version: "2") == 3)
    #expect(scene.verdicts[cell] == "different")
  }

  @Test func aTypedValueThatIsGoneOrAnotherIsFoundAndOneOfAnOlderFormatIsNot() throws {
    let scene = try saved()
    func without(_ names: [String], olderFormat: Bool) throws {
      try edit(scene) { cells in
        guard var metadata = cells[0]["metadata"]?.object, var record = metadata["qatlab"]?.object,
          var values = record["values"]?.object
        else { return }
        for name in names { values[name] = nil }
        record["values"] = values.isEmpty ? nil : .object(values)
        if olderFormat { record["format"] = nil }
        metadata["qatlab"] = .object(record)
        cells[0]["metadata"] = .object(metadata)
      }
    }
    let values = try readNotebook(scene.path).cells[0].members["metadata"]?.object?["qatlab"]?.object?[
      "values"]
    let names = (values?.object?.members ?? []).map(\.key)
    #expect(names.contains("data.checksum") && names.contains("data.mean") && names.contains("data.classes"))
    let whole = scene.text
    try without(["data.checksum"], olderFormat: false)
    #expect(scene.replay() == 3)
    #expect(scene.differing[0] == ["data.checksum"])
    try scene.write(whole)
    try without(names, olderFormat: true)
    #expect(scene.replay() == 0)
    #expect(scene.verdicts == Array(repeating: "same", count: Self.count))
    // What an older one has is compared all the same.
    try scene.replace("64 training", "63 training")
    #expect(scene.replay() == 3)
  }

  @Test func anotherProgramIsNeverTheSameAndGetsItsOwnOutputs() throws {
    let scene = try saved()
    try scene.replace("\"explain scale\"", "\"explain calibration\"")
    #expect(scene.replay(update: true) == 3)
    #expect(scene.verdicts[3] == "different")
    #expect(scene.text.contains("explain calibration") && !scene.text.contains("See also scale in place of"))
    let outputs = try readNotebook(scene.path).cells[3].members["outputs"]
    #expect(outputs?.line.contains("calibration") ?? false)
    #expect(scene.replay() == 0)
    // The same results of another program, too: what is on record is of the old one.
    try scene.replace("\"set seed 7\"", "\"set seed 7 highlight on\"")
    #expect(scene.replay() == 3)
    try scene.replace("\"set seed 7 highlight on\"", "\"set   seed 7  # as it was\"")
    #expect(scene.replay() == 0)
  }

  @Test func aParameterThatWasChangedGivesNewOutputs() throws {
    let scene = try NotebookScene(
      cells:
        "# %% tags=[\"parameters\"]\nrate = 0.001\n# %%\nmodel tiny = fc(10)\n# %%\nprint \"no parameter\"\n"
        + "# %%\nset seed $seed\n")
    try scene.replace("rate = 0.001", "seed = 3")
    #expect(scene.run() == 0)
    try scene.replace("seed = 3", "seed = 03")
    #expect(scene.replay(update: true) == 3)
    #expect(scene.verdicts[1...2] == ["same", "same"])
    #expect(scene.replay() == 0)
  }

  @Test func outputsOfJupyterAloneAreJudgedByThemselves() throws {
    let scene = try NotebookScene(
      cells: "# %%\ndata shapes limit 64 test 32 size 12\nmodel tiny = conv(4, 3) > relu > fc(10)\n# %%\n"
        + "teacher = train tiny epochs 1\n# %%\ncompare\n")
    #expect(scene.run() == 0)
    guard case .object(var root) = try JSONParser.parse(scene.text) else { return }
    var cells = (root["cells"]?.array ?? []).compactMap(\.object)
    for index in cells.indices { cells[index]["metadata"] = .object([:]) }
    root["cells"] = .array(cells.map(JSONValue.object))
    root["metadata"] = .object([:])
    try scene.write(JSONValue.object(root).notebookText)
    #expect(scene.replay() == 0)
    #expect(!scene.verdicts.contains("new"))
    try scene.replace("64 training", "63 training")
    #expect(scene.replay() == 3)
    #expect(scene.verdicts[0] == "different")
  }

  @Test func theOrderOfRowsCountsToTheLastBitAlone() throws {
    let scene = try NotebookScene(cells: "# %%\nhelp networks\n")
    #expect(scene.run() == 0)
    try edit(scene) { cells in
      guard var output = cells[0]["outputs"]?.array?.first?.object, var data = output["data"]?.object,
        var table = data["application/vnd.qatlab.v1+json"]?.object,
        let rows = table["rows"]?.array, let values = table["values"]?.array
      else { return }
      table["rows"] = .array(rows.reversed())
      table["values"] = .array(values.reversed())
      data["application/vnd.qatlab.v1+json"] = .object(table)
      output["data"] = .object(data)
      cells[0]["outputs"] = .array([.object(output)])
    }
    #expect(scene.replay() == 3)
    #expect(scene.differing[0] == ["table, order of rows"])
  }

  @Test func anUpdateNumbersCellsThatRanAndLeavesTheRest() throws {
    let scene = try saved()
    try edit(scene) { cells in
      for index in cells.indices { cells[index]["execution_count"] = .integer(20 - index) }
    }
    #expect(scene.replay(update: true) == 0)
    #expect(scene.cells.contains { $0["stale"] != nil })
    let cells = try readNotebook(scene.path).cells
    #expect(cells.map { $0.members["execution_count"]?.integer } == (1...Self.count).map { $0 })
    #expect(scene.replay() == 0)
    #expect(!scene.cells.contains { $0["stale"] != nil })
  }

  /// Indents, line ends and escapes as other programs write them.
  @Test(arguments: ["\t", "    ", ""])
  func anUpdateKeepsTheFilesOwnLayout(indent: String) throws {
    let scene = try saved()
    func laidOut(_ text: String) -> String {
      text.components(separatedBy: "\n").map { line in
        let depth = line.prefix { $0 == " " }.count
        return String(repeating: indent, count: depth) + line.drop { $0 == " " }
      }.joined(separator: "\r\n").unicodeScalars.map { scalar in
        scalar.isASCII ? String(scalar) : "\\u" + String(scalar.value, radix: 16).leftPadded
      }.joined()
    }
    let text = laidOut(scene.text)
    try scene.write(text)
    #expect(scene.replay(update: true) == 0)
    #expect(scene.text == text)
    let other = text.replacing("\"a word\"", with: "\"a word\"").replacing(
      "set seed 7\"", with: "set seed 8\"")
    try scene.write(other)
    #expect(scene.replay(update: true) == 3)
    let updated = scene.text
    #expect(updated.contains("\r\n") && !updated.replacing("\r\n", with: "").contains("\n"))
    #expect(updated.unicodeScalars.allSatisfy { $0.isASCII })
    // Lines of other cells are the same bytes.
    let before = Set(other.split(separator: "\r\n").map(String.init))
    let changed = updated.split(separator: "\r\n").map(String.init).filter { !before.contains($0) }
    #expect(
      changed.allSatisfy {
        $0.contains("8") || $0.contains("seed") || $0.contains("\"key\"") || $0.contains("session.seed")
          || $0.contains(": \"")
      }, "\(changed)")
    #expect(scene.replay() == 0)
  }

  @Test func aReportIsNeverWrittenOverAFileThatIsRead() throws {
    let scene = try saved()
    let text = scene.text
    let (hard, soft) = (scene.besides("hard.xml"), scene.besides("soft.xml"))
    try FileManager.default.linkItem(atPath: scene.path, toPath: hard)
    try FileManager.default.createSymbolicLink(atPath: soft, withDestinationPath: scene.path)
    for path in [scene.path, hard, soft, scene.besides("./x/../a.ipynb".replacing("x/../", with: ""))] {
      #expect(scene.replay(junit: path) == 2)
      #expect(scene.problems.map(\.id) == ["output-is-input"])
      #expect(scene.cells.allSatisfy { $0["verdict"] == nil })
      #expect(scene.text == text)
    }
    #expect(scene.replay(junit: scene.besides("other.xml")) == 0)
  }
}

extension String {
  fileprivate var leftPadded: String { String(repeating: "0", count: Swift.max(0, 4 - count)) + self }
}
