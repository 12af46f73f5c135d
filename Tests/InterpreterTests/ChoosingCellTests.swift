import Interpreter
import Language
import SessionStore
import Testing
import Training

/// What is chosen is chosen on images that test nothing.
@Suite(.serialized) struct ChoosingCellTests {
  private func scene(_ data: String, _ cells: String...) throws -> Scene {
    let scene = try Scene()
    let setting = [
      data, "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
    ]
    for cell in setting + cells {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  private let plain = "data shapes limit 512 test 256 size 16"
  private var parted: String { plain + " validation 20%" }

  private func texts(_ outputs: [Output]) -> String {
    outputs.words + "\n"
      + outputs.compactMap { if case .metric(let metric) = $0 { metric.text } else { nil } }.joined(
        separator: "\n")
  }

  @Test func dataSaysHowManyImagesAreSetApart() throws {
    let words = try scene(plain).run(parted).1.words
    let form =
      /shapes limit 512 test 256 validation 20% size 16: (\d+) training, (\d+) validation and 256 test images of 1×16×16, 10 classes/
    let found = try #require(words.firstMatch(of: form))
    #expect((Int(found.1) ?? 0) + (Int(found.2) ?? 0) == 512)
  }

  @Test func theBestEpochIsKeptByValidationImagesAndToldSo() throws {
    let scene = try scene(parted)
    let (result, outputs) = scene.run("teacher = train tiny epochs 6 lr 0.03 schedule constant keep best")
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(outputs.words.contains("validation images; test images only measure"))
    #expect(texts(outputs).contains("has the weights of epoch"))
    #expect(outputs.words.contains("  validation ") && !outputs.words.contains("  test "))
    let best = try #require(result.values["teacher.best_epoch"])
    #expect((1...6).contains(best))
    #expect(scene.run("evaluate teacher").0.values["teacher.accuracy"] == result.values["teacher.accuracy"])
    // The run's record has it, and the run is repeated with it.
    #expect(scene.run("show run").1.tables.first?.texts.contains { $0[0] == "keep best" } == true)
    #expect(scene.run("compare teacher seeds 2").0.status == .ok)
  }

  @Test func withoutValidationImagesAHalfOfTheTestImagesChooses() throws {
    let scene = try scene(plain)
    let (result, outputs) = scene.run("teacher = train tiny epochs 3 keep best stop-early 2")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let words = outputs.words
    #expect(words.contains("of the 256 test images, a fixed half of each class"))
    #expect(words.contains("data shapes limit 512 test 256 size 16 validation 10%"))
    let few = try self.scene("data shapes limit 64 test 1 size 16")
    let refused = few.run("teacher = train tiny epochs 1 keep best").0
    #expect(refused.diagnostics.first?.id == "too-few-images")
  }

  @Test(arguments: [
    "qat student from teacher epochs 2 keep best keep(fc)", "qat student from teacher epochs 2 stop-early 1",
    "student = distill tiny with kd(teacher) epochs 2 keep best",
    "qat student from teacher ladder(8, 4) epochs 2 keep best",
  ])
  func everyKindOfRunTakesThem(cell: String) throws {
    let scene = try scene(parted, "teacher = train tiny epochs 1")
    let (result, _) = scene.run(cell)
    #expect(result.status == .ok, "\(result.diagnostics)")
  }

  @Test func sensitivityBudgetAndAdviceChooseOnValidationImages() throws {
    let scene = try scene(parted, "teacher = train tiny epochs 4 lr 0.01")
    let sensitivity = scene.run("sensitivity teacher bits 3")
    #expect(sensitivity.0.status == .ok, "\(sensitivity.0.diagnostics)")
    #expect(sensitivity.1.words.contains("validation images; test images only measure"))
    let budget = scene.run("budget 9 kB teacher")
    #expect(budget.0.status == .ok && budget.1.words.contains("validation images; test images only measure"))
    #expect(budget.0.values["teacher.budget.verified_drop_points"] != nil)
    let (advice, outputs) = scene.run("advise teacher drop 40%")
    #expect(advice.status == .ok && outputs.words.contains("validation images, which the data sets apart"))
    #expect(!outputs.words.contains("may have seen"))
    #expect(advice.values["teacher.advised.images"] == 256)
    // A model that was trained before they were set apart may have seen them.
    #expect(scene.run(plain + " validation 30%").0.status == .ok)
    #expect(scene.run("advise teacher drop 40%").1.words.contains("may have seen them"))
  }

  @Test func theSweepGivesARateAndTheCellThatTakesIt() throws {
    let scene = try scene(plain)
    let before = try scene.state()
    let (result, outputs) = scene.run("lr-find tiny batch 64")
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(try scene.state() == before)
    let rate = try #require(result.values["tiny.suggested_lr"])
    #expect(outputs.contains { if case .curve = $0 { true } else { false } })
    let cell = try #require(outputs.words.split(separator: "\n").last.map(String.init))
    #expect(cell.hasPrefix("train tiny batch 64 lr "))
    #expect(scene.run("lr-find tiny batch 64").0.values["tiny.suggested_lr"] == rate)
    #expect(scene.run(cell).0.status == .ok)
    let (again, words) = scene.run("teacher = train tiny batch 64 lr auto epochs 1")
    #expect(again.status == .ok && words.words.contains(" found it where the smoothed loss falls steepest"))
    let settings = scene.run("show run").1.tables.first?.texts ?? []
    #expect(settings.contains { $0[0] == "lr" && Double($0[1]) == rate }, "\(settings)")
    #expect(settings.contains { $0[0] == "lr-sweep" })
    #expect(scene.run("qat student with kd(teacher, SoftTarget) lr auto epochs 1").0.status == .ok)
    #expect(scene.run("lr-find teacher").0.status == .ok)
  }

  @Test func aSweepIsStoppedAndNothingIsKept() throws {
    let scene = try scene(plain)
    let before = try scene.state()
    for cell in ["lr-find tiny", "teacher = train tiny lr auto"] {
      let cancellation = Cancellation()
      let (result, outputs) = scene.run(cell, cancellation: cancellation) { output in
        if case .progress = output { cancellation.cancel() }
      }
      #expect(result.status == .interrupted && outputs.words.contains("stopped before"), "\(cell)")
    }
    #expect(try scene.state() == before)
  }

  @Test(arguments: [
    ("data shapes validation \"valid\"", "data-unusable"), ("data shapes validation 0%", "out-of-range"),
    ("data shapes limit 1 validation 50%", "data-unusable"), ("train tiny lr quick", "wrong-type"),
    ("train tiny stop-early 0", "out-of-range"), ("train tiny keep worst", "unknown-option"),
  ])
  func slipsAreRefused(cell: String, id: String) throws {
    let scene = try scene(plain)
    #expect(scene.run(cell).0.diagnostics.first?.id == id, "\(scene.run(cell).0.diagnostics)")
  }
}
