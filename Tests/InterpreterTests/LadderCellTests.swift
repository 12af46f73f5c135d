import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Width ladders and calibrated starts from the cell to the stored run.
@Suite(.serialized) struct LadderCellTests {
  private func scene() throws -> Scene {
    let scene = try Scene()
    let setting = [
      "data shapes limit 256 test 64 size 16",
      "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > conv(16, 3) > relu > fc(10)",
      "teacher = train tiny epochs 1 batch 64",
    ]
    for cell in setting {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  private func events(_ scene: Scene) throws -> String {
    let rows = try #require(scene.run("show run").1.tables.first).texts
    return try #require(rows.first { $0[0] == "events" })[1]
  }

  @Test func rungsAreSaidAndStoredWithTheRun() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("qat student from teacher ladder(8, 6, 4) epochs 3 batch 64")
    #expect(result.status == .ok)
    let words = outputs.words
    #expect(words.contains("down the ladder: 8 bits at first, 6 from step 5 and 4 from step 9 of 12"))
    #expect(!words.contains("activation observers freeze at"))
    #expect(words.contains("conv1 and fc stay at 8 bits, as is usual for the first and last layer\n"))
    #expect(words.contains("step 5: weights and activations at 6 bits"))
    #expect(words.contains("ladder(8, 6, 4), backend x86"))
    #expect(
      try events(scene)
        == "step 5: weights and activations at 6 bits; step 7: batch norm statistics frozen; "
        + "step 9: weights and activations at 4 bits; step 10: activation observers frozen")
    #expect(scene.run("show run").1.tables[0].texts.contains(["ladder", "(8, 6, 4)"]))
    let early = scene.run("qat other from teacher ladder(8, 6, 4) observer-freeze 0.3 epochs 3 batch 64").1
    #expect(
      early.words.contains("activation observers freeze at step 10, not at 5: they have to see the last rung")
    )
    let graph = scene.run("show graph student").1.tables[0].texts.map { $0.joined(separator: " ") }
    #expect(graph.contains { $0.contains("fake quantize 0…15") })
    #expect(scene.run("convert student").1.words.contains("int4"))
    #expect(scene.run("compare student seeds 2").0.status == .ok)
  }

  @Test func aRunStoppedInAnEarlierRungKeepsItsGridsAndThatIsSaid() throws {
    let scene = try scene()
    let cancellation = Cancellation()
    let (result, outputs) = scene.run(
      "qat student from teacher ladder(8, 6, 4) epochs 3 batch 64", cancellation: cancellation
    ) { output in
      if case .note(let note) = output, note.hasPrefix("step 5:") { cancellation.cancel() }
    }
    #expect(result.status == .interrupted)
    #expect(outputs.words.contains("student keeps the grids of 6 bits that it was trained with at that step"))
    let rows = scene.run("show graph student").1.tables[0].texts.map { $0.joined(separator: " ") }
    #expect(rows.contains { $0.contains("fake quantize 0…63") })
    #expect(!rows.contains { $0.contains("fake quantize 0…15") })
    let policy = try #require(try scene.store.model(named: "student")?.details["policy"])
    #expect(policy.contains("\"weightBits\":6"))
    #expect(scene.run("convert student").0.status == .ok)
  }

  @Test func aCalibratedStartIsSaidAndStoredWithTheRun() throws {
    let scene = try scene()
    var stages: Set<String> = []
    let (result, outputs) = scene.run(
      "qat student from teacher calibration 20 observer percentile epochs 1 batch 64"
    ) { output in
      if case .progress(let progress) = output, let stage = progress.stage { stages.insert(stage) }
    }
    #expect(result.status == .ok)
    #expect(stages.contains("calibration"))
    #expect(outputs.words.contains("calibration 4: the 256 training images fill 4 whole batches of 64"))
    let words =
      "before step 1: ranges of 4 activations calibrated on 256 images (4 batches, observer percentile)"
    #expect(outputs.words.contains(words + "; training goes on from there"))
    #expect(try events(scene).hasPrefix(words + "; step 3: "))
    let rows = scene.run("show run").1.tables[0].texts
    #expect(rows.contains(["calibration", "4"]) && rows.contains(["observer", "percentile"]))
  }

  @Test func aStopWhileItCalibratesKeepsNothing() throws {
    let scene = try scene()
    let cancellation = Cancellation()
    let (result, outputs) = scene.run(
      "qat student from teacher calibration 4 batch 64", cancellation: cancellation
    ) { output in
      if case .progress = output { cancellation.cancel() }
    }
    #expect(result.status == .interrupted)
    #expect(outputs.words.contains("stopped before the first step; nothing was kept"))
    #expect(try scene.store.model(named: "student") == nil)
  }

  @Test(arguments: [
    "qat student from teacher ladder(8, 6, 4)", "qat student from teacher calibration 20 observer percentile",
  ])
  func theExamplesOfHelpRun(example: String) throws {
    #expect(Command.named("qat")?.examples.contains(example) == true)
    let (result, _) = try scene().run(example)
    #expect(result.diagnostics == [] && result.status == .ok)
  }

  @Test func theStartOfAScaleThatIsTrainedMayBeCalibratedOnALadder() throws {
    let scene = try scene()
    let cell =
      "qat student from teacher scheme lsq ladder(8, 2) calibration 2 epochs 1 batch 32 keep(fc: bf16)"
    let (result, outputs) = scene.run(cell)
    #expect(result.status == .ok)
    #expect(outputs.words.contains("step 5: weights and activations at 2 bits"))
    #expect(outputs.words.contains("trained scales start anew on each rung"))
    #expect(scene.run("convert student").0.status == .ok)
  }
}
