import GraphIR
import Interpreter
import Language
import SessionStore
import Testing

/// What is written otherwise than help shows it and means the same, and the commands that take several names.
@Suite(.serialized) struct ForgivingCellTests {
  @Test func aNameAloneShowsWhatItNames() throws {
    let scene = try Scene.ofMistakes()
    #expect(scene.run("teacher").1.words == scene.run("show teacher").1.words)
    #expect(scene.run("teacher").1.words.hasPrefix("teacher: a float model, qatcnn"))
    #expect(scene.run("teacher.conv1").1.tables.first?.texts.map { $0[0] } == ["conv1"])
    #expect(scene.run("student.conv1").1.tables.count == 2)
    let accuracy = try #require(scene.store.models().first?.figures["accuracy"])
    #expect(scene.run("teacher.accuracy").0.values == ["teacher.accuracy": accuracy])
    scene.run("model tiny = conv(4, 3) > relu > fc(10)")
    #expect(scene.run("tiny").1.words.hasPrefix("tiny = conv(4, 3) > relu > fc(10)"))
    #expect(scene.run("resnet18").0.status == .ok)
    let part = try #require(scene.run("teacher.cnv1").0.diagnostics.first)
    #expect(part.id == "unknown-layer" && part.suggestion == "conv1")
  }

  @Test func aNameThatNamesNothingIsToldBesideOtherMistakes() throws {
    let scene = try Scene.ofMistakes()
    let slips = scene.run("frobnicate\ntrain qatcnn epocs 3").0.diagnostics
    #expect(slips.map(\.id) == ["unknown-command", "unknown-option"])
  }

  @Test func wordsOfThePromptAreNoneOfACell() throws {
    let scene = try Scene()
    for word in ["exit", "quit", "clear"] {
      #expect(scene.run(word).0.diagnostics.first?.id == "prompt-word")
      #expect(scene.run("\(word) = train qatcnn").0.diagnostics.first?.id == "reserved-name")
    }
  }

  @Test func severalModelsAreMeasuredAndForgottenInOneCell() throws {
    let scene = try Scene.ofMistakes()
    let (result, _) = scene.run("evaluate teacher student teacher")
    #expect(
      Set(result.values.keys) == ["teacher.accuracy", "teacher.loss", "student.accuracy", "student.loss"])
    #expect(scene.run("evaluate teacher nothing").0.diagnostics.first?.id == "unknown-model")
    #expect(scene.run("forget student student-int8").0.status == .ok)
    #expect(try scene.store.models().map(\.name) == ["teacher"])
    scene.run("undo")
    #expect(try scene.store.models().count == 3)
    #expect(scene.run("forget").0.diagnostics.first?.id == "missing-operand")
  }

  @Test(arguments: [
    "budget 60 kB teacher images 16", "budget teacher 60kB images 16", "budget images 16 60 kB teacher",
  ])
  func aSizeIsReadWhereverItStands(cell: String) throws {
    let scene = try Scene.ofMistakes()
    let values = scene.run(cell).0.values
    #expect(values["teacher.budget.size_bytes"].map { $0 <= 60_000 } == true)
  }

  @Test func aSizeWithoutItsUnitIsRefusedWithOne() throws {
    let scene = try Scene.ofMistakes()
    let diagnostic = try #require(scene.run("budget teacher 60").0.diagnostics.first)
    #expect(diagnostic.id == "unit-missing")
    #expect(diagnostic.range == SourceRange(15..<17))
    #expect(diagnostic.cell == "budget teacher 60 MB")
    #expect(scene.run("budget teacher").0.diagnostics.first?.id == "missing-operand")
    #expect(scene.run("budget 3 MB 4 MB teacher").0.diagnostics.first?.id == "named-twice")
  }

  @Test func whatSaysNothingIsMarkedWithItsOption() throws {
    let scene = try Scene.ofMistakes()
    let source = "budget 60 kB teacher epochs 3"
    let diagnostic = try #require(scene.run(source).0.diagnostics.first)
    #expect(diagnostic.range.map { SourceFile(source).text(of: $0) } == "epochs 3")
  }

  @Test func aRunIsFoundByItsModel() throws {
    let scene = try Scene.ofMistakes()
    scene.run("train teacher epochs 1 batch 32")
    let words = scene.run("show run teacher").1.words
    #expect(words.hasPrefix("run 2: train of teacher"))
    #expect(words.contains("earlier runs of teacher: show run 1"))
    #expect(scene.run("show run techer").0.diagnostics.first?.suggestion == "teacher")
  }

  @Test func aLayerMayStandBehindItsModel() throws {
    let scene = try Scene.ofMistakes()
    #expect(scene.run("inspect student conv1").1.tables == scene.run("inspect student.conv1").1.tables)
    #expect(scene.run("histogram teacher conv1 calibration 1").0.status == .ok)
  }

  @Test func theDiagnosticOfAPastedNotebookIsAWord() throws {
    let scene = try Scene()
    let (result, _) = scene.run("%matplotlib inline\nset seed 3")
    #expect(result.status == .ok && result.diagnostics.map(\.id) == ["magic"])
    #expect(scene.run("qatlab> set seed 4\nseed 4, for runs that name none\nqatlab> set").0.status == .ok)
    #expect(try scene.store.setting("seed") == "4")
  }
}

/// Undo over several cells, and back.
@Suite struct RedoTests {
  private func seed(_ scene: Scene) throws -> String? { try scene.store.setting("seed") }

  @Test func undoGoesOverSeveralCellsAndRedoBack() throws {
    let scene = try Scene()
    for seed in 1...4 { scene.run("set seed \(seed)") }
    #expect(
      scene.run("undo 3").1.words == "taken back: set seed 4\ntaken back: set seed 3\ntaken back: set seed 2")
    #expect(try seed(scene) == "1")
    let list = try #require(scene.run("undo list").1.tables.first)
    #expect(list.texts.map { $0[0] } == ["redo 3", "redo 2", "redo", "undo"])
    #expect(scene.run("redo 2").1.words == "done again: set seed 2\ndone again: set seed 3")
    #expect(try seed(scene) == "3")
    #expect(scene.run("redo").0.status == .ok)
    #expect(try seed(scene) == "4")
    #expect(scene.run("redo").0.diagnostics.first?.id == "nothing-to-redo")
  }

  @Test func anotherCellEndsWhatRedoCanDo() throws {
    let scene = try Scene()
    for seed in 1...2 { scene.run("set seed \(seed)") }
    scene.run("undo")
    scene.run("set seed 7")
    #expect(scene.run("redo").0.diagnostics.first?.id == "nothing-to-redo")
    scene.run("undo")
    #expect(scene.run("redo").0.status == .ok)
    #expect(try seed(scene) == "7")
  }

  @Test func moreStepsThanThereAreAreRefusedWithTheirNumber() throws {
    let scene = try Scene()
    for seed in 1...2 { scene.run("set seed \(seed)") }
    let diagnostic = try #require(scene.run("undo 5").0.diagnostics.first)
    #expect(diagnostic.suggestion == "2")
    #expect(try seed(scene) == "2")
    #expect(try Scene().run("undo").0.diagnostics.first?.id == "nothing-to-undo")
    #expect(try Scene().run("undo list").1.words == "no cell has changed the session yet")
  }

  @Test func modelsComeBackWithTheirWeights() throws {
    let scene = try Scene.ofMistakes()
    let before = try scene.state()
    #expect(scene.run("forget teacher").0.status == .ok)
    let after = try scene.state()
    scene.run("undo")
    #expect(try scene.state() == before)
    scene.run("redo")
    #expect(try scene.state() == after)
  }
}

/// An option with several numbers.
@Suite(.serialized) struct SweepTests {
  @Test func eachNumberMakesAModelAndATableHasAll() throws {
    let scene = try Scene.ofMistakes()
    let (result, outputs) = scene.run("qat s from teacher bits 2, 8 lr 1e-4,3e-4 epochs 1 batch 64")
    #expect(result.status == .ok)
    let names = ["s-bits2-lr1e-4", "s-bits2-lr3e-4", "s-bits8-lr1e-4", "s-bits8-lr3e-4"]
    #expect(try scene.store.models().map(\.name).suffix(4) == names[...])
    let table = try #require(outputs.tables.last)
    #expect(table.columns.map(\.title) == ["bits", "lr", "model", "accuracy", "loss"])
    #expect(table.texts.map { $0[2] } == names)
    for name in names { #expect(result.values["\(name).accuracy"] != nil) }
    // One cell is one step of undo.
    scene.run("undo")
    #expect(try scene.store.models().count == 3)
  }

  @Test func aSweepMakesWhatItsStatementsMakeAlone() throws {
    let (one, other) = (try Scene.ofMistakes(), try Scene.ofMistakes())
    one.run("small = train qatcnn epochs 1 batch 64 lr 0.001, 0.003")
    other.run("small-lr0_001 = train qatcnn epochs 1 batch 64 lr 0.001")
    other.run("small-lr0_003 = train qatcnn epochs 1 batch 64 lr 0.003")
    #expect(try one.store.models().map(\.object) == other.store.models().map(\.object))
    #expect(one.run("ptq teacher bits 4, 8 calibration 1").0.status == .ok)
    #expect(try one.store.models().map(\.name).suffix(2) == ["teacher-ptq-bits4", "teacher-ptq-bits8"])
  }

  @Test(arguments: [
    ("qat s from teacher bits 4, 9", "out-of-range", "9"),
    ("data shapes limit 10, 20", "wrong-type", "10, 20"),
    ("train qatcnn lr 1e-3, 1e-3", "repeated-value", "lr 1e-3, 1e-3"),

    ("train qatcnn epochs 1,2,3,4,5,6,7 lr 1e-3,2e-3,3e-3,4e-3,5e-3", "long-sweep", nil),
    ("qat s from nothing bits 4, 8", "unknown-model", "nothing"),
  ])
  func aSlipInASweepIsToldOnceAndNothingRuns(source: String, id: String?, words: String?) throws {
    let scene = try Scene.ofMistakes()
    let before = try scene.state()
    let slips = scene.run(source).0.diagnostics
    #expect(slips.count == 1)
    let slip = try #require(slips.first)
    if let id { #expect(slip.id == id) }
    if let words { #expect(slip.range.map { String(SourceFile(source).text(of: $0)) } == words) }
    #expect(try scene.state() == before)
  }

  @Test func footprintsNameEachModelOfASweep() throws {
    var known = KnownNames(models: [KnownNames.Model("teacher", .float)])
    let footprint = Footprint(ofProgram: "qat s from teacher bits 4, 8", &known)
    #expect(known.models.map(\.name) == ["teacher", "s-bits4", "s-bits8"])
    #expect(footprint.addsRun && footprint.changesSession)
  }
}
