import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Versions of models: named, listed, forgotten, and what is told of how a model was made.
@Suite(.serialized) struct VersionCellTests {
  private static let setting = [
    "data shapes limit 96 test 48 size 8", "model tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)",
    "teacher = train tiny epochs 1 batch 16 lr 0.01 seed 1",
    "teacher = train tiny epochs 2 batch 16 lr 0.01 seed 2",
  ]

  private func scene(_ cells: String...) throws -> Scene {
    let scene = try Scene()
    for cell in Self.setting + cells {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  private func column(_ title: String, _ table: Table) -> [String: String] {
    guard let place = table.columns.firstIndex(where: { $0.title == title }) else { return [:] }
    return Dictionary(table.texts.map { ($0[0], $0[place]) }) { $1 }
  }

  @Test func versionsAreListedWithRunsAndFigures() throws {
    let scene = try scene()
    let table = try #require(scene.run("models teacher").1.tables.first)
    #expect(table.texts.map { $0[0] } == ["teacher@1", "teacher@2 (current)"])
    #expect(column("run", table) == ["teacher@1": "1", "teacher@2 (current)": "2"])
    let stored = try scene.store.versions(of: "teacher").map { $0.record.figures["accuracy"] }
    let first = try #require(scene.run("evaluate teacher@1").0.values["teacher@1.accuracy"])
    #expect(stored.first == first)
    let lines = try #require(scene.run("models teacher as csv").1.tables.first?.written).split(
      separator: "\n")
    #expect(lines.count == 3 && lines[1].hasPrefix("teacher,1,no,float,tiny,"))
    #expect(
      try #require(scene.run("models teacher as json").1.tables.first?.written).contains("\"version\":2"))
  }

  @Test func theRecipeOfAVersionIsTheCellThatMadeIt() throws {
    let scene = try scene("teacher = train tiny epochs 1 batch 16 lr 0.01 seed 3", "undo")
    // The number of what was taken back is used up.
    try #require(scene.run("teacher = train tiny epochs 1 batch 16 lr 0.01 seed 4").0.status == .ok)
    for (name, seed) in [("teacher@1", 1), ("teacher@2", 2), ("teacher@4", 4), ("teacher", 4)] {
      let words = scene.run("recipe \(name)").1.words
      #expect(words.contains("seed \(seed)"), "\(name): \(words)")
      #expect(words.split(separator: "\n").count { $0.contains("train tiny") } == 1, "\(name): \(words)")
    }
  }

  @Test(arguments: [
    "show teacher@1", "teacher@1", "evaluate teacher@1", "teacher@1.accuracy",
    "compare teacher@1 teacher", "confusion teacher@1 against teacher", "show graph teacher@1",
    "teacher@1.conv1", "histogram teacher@1.conv1", "show lineage teacher@1", "recipe teacher@1",
    "old = ptq teacher@1", "ptq teacher@1", "qat student from teacher@1 epochs 1 batch 16",
    "qat student with kd(teacher@1) epochs 1 batch 16", "on = train teacher@1 epochs 1 batch 16",
    "show images wrong of teacher@1", "predict teacher@1 3", "runs of teacher@1", "dynamic teacher@1",
    "rescale teacher@1 seed 1",
  ])
  func aVersionStandsWhereAModelCan(cell: String) throws {
    let scene = try scene()
    let (result, _) = scene.run(cell)
    guard !cell.hasPrefix("predict"), !cell.hasPrefix("rescale") else {
      // Whatever else is wrong with it, the name is not.
      #expect(!result.diagnostics.contains { ["unknown-model", "unknown-version"].contains($0.id) })
      return
    }
    #expect(result.status == .ok, "\(result.diagnostics)")
  }

  @Test(arguments: [
    ("evaluate teacher@7", "unknown-version", "teacher@7"),
    ("show teacher@3", "unknown-version", "teacher@3"),
    ("evaluate techer@1", "unknown-model", "techer@1"),
    ("teacher@1 = train tiny", "invalid-name", "teacher@1"),
    ("qat teacher@1 from teacher", "versioned-name", "teacher@1"),
    ("train teacher@1", "versioned-name", "teacher@1"), ("forget teacher@2", "current-version", "teacher@2"),
    ("forget teacher@9", "unknown-version", "teacher@9"), ("teacher@9", "unknown-version", "teacher@9"),
    ("recipe teacher@9", "unknown-version", "teacher@9"), ("models techer", "unknown-model", "techer"),
    ("models teacher@9", nil, ""), ("model tiny@2 = fc(10)", "invalid-name", "tiny@2"),
    ("runs of nobody", "unknown-model", "nobody"),
  ])
  func whatCantBeMeantIsRefusedAtItsPlace(cell: String, id: String?, place: String) throws {
    let diagnostics = try scene().run(cell).0.diagnostics.filter { $0.severity == .error }
    #expect(diagnostics.first?.id == id, "\(diagnostics)")
    guard id != nil else { return }
    #expect(diagnostics.first?.range.map { String(SourceFile(cell).text(of: $0)) } == place)
  }

  @Test func aRefusedVersionNamesThoseThereAre() throws {
    let picture = try scene().picture("evaluate teacher@7")
    #expect(picture.contains("\"teacher\" has no version 7"))
    #expect(picture.contains("there are teacher@1 and teacher@2 (the current one)"))
  }

  @Test func completionOffersVersionsBehindTheSign() throws {
    let scene = try scene("forget teacher@1")
    func offered(_ source: String) -> [String] {
      scene.interpreter.completions(in: source, at: source.utf8.count).candidates.map(\.text)
    }
    #expect(offered("evaluate teacher@") == ["teacher@2"])
    scene.run("undo")
    #expect(offered("evaluate teacher@") == ["teacher@1", "teacher@2"])
    #expect(offered("evaluate teacher@1") == ["teacher@1"])
    #expect(offered("convert teacher@") == [])
    #expect(!offered("evaluate ").contains { $0.contains("@") })
  }

  @Test func whatACellMakesCanBeNamedInIt() throws {
    let scene = try scene()
    let cell =
      "teacher = train tiny epochs 1 batch 16 seed 3\nevaluate teacher@3\nevaluate teacher@2\nevaluate teacher"
    let (result, _) = scene.run(cell)
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(result.values["teacher@3.accuracy"] == result.values["teacher.accuracy"])
    #expect(try scene.store.versionNumbers()["teacher"] == [1, 2, 3])
  }

  @Test func aForgottenVersionComesBackWithUndo() throws {
    let scene = try scene()
    #expect(scene.run("forget teacher@1").1.words.contains("teacher@1 is forgotten (undo brings it back)"))
    #expect(scene.run("evaluate teacher@1").0.diagnostics.map(\.id) == ["unknown-version"])
    scene.run("undo")
    #expect(scene.run("evaluate teacher@1").0.status == .ok)
  }

  /// What a model is called after was forgotten or made again changes nothing of how it was made.
  @Test(arguments: [
    "forget stu", "stu = ptq teacher", "stu = train tiny epochs 1 batch 16", "forget stu\nforget teacher",
  ])
  func aMethodIsThatOfTheMaking(cell: String) throws {
    let scene = try scene("qat stu with kd(teacher) epochs 1 batch 16", "small = convert stu")
    try #require(scene.run(cell).0.status == .ok)
    let table = try #require(scene.run("compare small").1.tables.first)
    #expect(column("method", table)["small"] == "QAT + KD, int8")
  }

  @Test func theCostOfAModelIsThatOfItsOwnRun() throws {
    let scene = try scene()
    func seconds() throws -> Double? { scene.run("compare teacher").0.values["teacher.training_seconds"] }
    let own = try #require(try seconds())
    scene.run("teacher = train tiny epochs 4 batch 8 lr 0.01")
    #expect(try seconds() != own)
    scene.run("undo")
    #expect(try seconds() == own)
    #expect(scene.run("compare teacher@1").0.values["teacher@1.training_seconds"] != own)
  }

  @Test func anOldIntegerModelIsSetAgainstItsOwnOrigin() throws {
    let scene = try scene(
      "qat stu from teacher epochs 1 batch 16", "small = convert stu",
      "teacher = train tiny epochs 3 batch 16 lr 0.01", "qat stu from teacher epochs 2 batch 16")
    let (result, outputs) = scene.run("compare small stu")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let against = column("against", outputs.tables[0])
    #expect(against["small"] == "teacher@2" && against["stu"] == "teacher")
    let values = result.values
    let lost = try #require(values["teacher@2.accuracy"]) - #require(values["small.accuracy"])
    #expect(abs(try #require(values["small.drop_points"]) - 100 * lost) < 1e-9)
    // Where all are compared, versions that aren't current are no rows.
    let all = scene.run("compare").1
    #expect(!all.tables[0].texts.contains { $0[0].contains("@") })
    #expect(column("against", all.tables[0])["small"] == "from an earlier stu")
    #expect(all.words.contains("compare small"))
    #expect(scene.run("diff small").0.status == .ok)
  }

  @Test func lineageGoesBackToTheFreshNetwork() throws {
    let scene = try scene(
      "qat stu with kd(teacher@1) epochs 1 batch 16 seed 5", "small = convert stu",
      "teacher = train tiny epochs 1 batch 16 lr 0.02")
    let (result, outputs) = scene.run("show lineage small")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let table = try #require(outputs.tables.first)
    #expect(
      table.texts.map { $0[0] } == [
        "small@1", "└ stu@1", "  ├ teacher@1",
        "  │ └ tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)", "  └ teacher@1",
      ])
    #expect(table.texts.map { $0[1] } == ["", "start", "start", "fresh network", "teacher"])
    #expect(
      table.texts[1][3] == "qat stu with kd(teacher@1) epochs 1 batch 16 seed 5" && table.texts[1][6] == "5")
    #expect(table.texts[2][3].hasPrefix("teacher = train tiny epochs 1") && table.texts[2][6] == "1")
    let content = try #require(scene.interpreter.environment.data.values.first)
    #expect(table.texts[2][5] == content.prefix(12))
    let written = try #require(scene.run("show lineage small as json").1.tables.first?.written)
    #expect(
      written.contains("\"data sha256\":\"\(content)\"") && written.contains("\"role\":\"fresh network\""))
  }

  @Test func lineageOutlivesRestartForgettingAndFreeing() throws {
    let scene = try scene("qat stu from teacher epochs 1 batch 16", "forget teacher")
    let before = try #require(scene.run("show lineage stu").1.tables.first?.texts)
    #expect(
      before.map { $0[0] } == [
        "stu@1", "└ teacher@2", "  └ tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)",
      ])
    let freed = scene.run("gc keep 0")
    try #require(freed.0.status == .ok, "\(freed.0.diagnostics)")
    #expect(freed.1.words.contains("versions that go: teacher@1"))
    #expect(scene.run("show lineage stu").1.tables.first?.texts == before)
    #expect(scene.run("evaluate teacher@2").0.status == .ok)
  }
}
