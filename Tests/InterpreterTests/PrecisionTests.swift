import Execution
import Interpreter
import Language
import SessionStore
import Testing

/// `set precision`: a setting of the session that runs follow and are recorded with.
@Suite struct PrecisionTests {
  private func scene() throws -> Scene {
    let scene = try Scene()
    scene.run("data shapes limit 48 test 16")
    return scene
  }

  @Test func aRunIsRecordedInFloatsUnlessTheSessionSaysOtherwise() throws {
    let scene = try scene()
    #expect(scene.run("set").1.tables.first?.texts.contains(["precision", "f32"]) == true)
    scene.run("a = train qatcnn epochs 1 batch 16")
    #expect(try scene.store.runs().first?.settings["precision"] == "f32")
  }

  @Test(.enabled(if: TrainingPrecision.bfloat16.isSupported))
  func runsOfTheSessionTrainInItsPrecision() throws {
    let scene = try scene()
    #expect(scene.run("set precision bf16").0.status == .ok)
    #expect(scene.run("set").1.tables.first?.texts.contains(["precision", "bf16"]) == true)
    #expect(scene.run("a = train qatcnn epochs 1 batch 16").1.words.contains("precision bf16"))
    #expect(scene.run("qat b from a epochs 1 batch 16").0.status == .ok)
    #expect(scene.run("qat c with kd(a, SoftTarget) epochs 1 batch 16").0.status == .ok)
    #expect(try scene.store.runs().allSatisfy { $0.settings["precision"] == "bf16" })
    #expect(try scene.store.runs().count == 3)
    #expect(scene.run("show plan a").1.words.contains("a training step in bf16"))
    scene.run("set precision f32")
    #expect(!scene.run("d = train qatcnn epochs 1 batch 16").1.words.contains("bf16"))
  }

  @Test(.enabled(if: TrainingPrecision.bfloat16.isSupported)) func undoBringsThePrecisionBack() throws {
    let scene = try scene()
    scene.run("set precision bf16")
    scene.run("undo")
    #expect(scene.run("set").1.tables.first?.texts.contains(["precision", "f32"]) == true)
  }

  @Test(.enabled(if: TrainingPrecision.bfloat16.isSupported)) func figuresSayWhatWasMultiplied() throws {
    let scene = try scene()
    scene.run("a = train qatcnn epochs 1 batch 16\nb = ptq a calibration 1")
    let inFloats = scene.run("evaluate a")
    let inHalves = scene.run("evaluate a precision bf16")
    #expect(!inFloats.1.words.contains("bf16"))
    #expect(inHalves.0.metrics.count == 2 && inFloats.0.metrics.count == 2)
    let losses = [inFloats, inHalves].compactMap { $0.0.values["a.loss"] }
    #expect(losses.count == 2 && losses[0] != losses[1])
    #expect(abs(losses[0] - losses[1]) < 0.02 * losses[0])
    // A model on grids has its own arithmetic.
    let integers = ["evaluate b", "evaluate b precision bf16"].map { scene.run($0).0.values["b.loss"] }
    #expect(integers[0] == integers[1])
    #expect(scene.run("compare a b precision bf16").1.words.contains("float models multiply bf16"))
    #expect(!scene.run("compare a b").1.words.contains("bf16"))
  }

  @Test func aProcessorWithoutItIsToldWhy() {
    let word = Word(text: "bf16", range: SourceRange(14..<18))
    let diagnostic = StatementError.precisionUnsupported(word, .bfloat16).diagnostic
    #expect(diagnostic.message.contains("AVX-512 BF16"))
    #expect(diagnostic.range == word.range)
  }
}
