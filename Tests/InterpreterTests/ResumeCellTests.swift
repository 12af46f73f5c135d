import Foundation
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Cells that are stopped and go on with `resume`, held against the same cells that were not stopped.
@Suite struct ResumeCellTests {
  static let cells = [
    "t = train tiny epochs 4 batch 64", "t = train tiny epochs 4 batch 64 keep best stop-early 3",
    "qat s with kd(teacher, DecoupledKD, 0.5) epochs 4 batch 64",
    "qat s from teacher scheme lsq ladder(8, 6, 4) epochs 4 batch 64",
    "d = distill tiny with kd(teacher, SoftTarget, 0.5), kd(teacher, Attention, 0.1) epochs 4 batch 64",
    "set seed 4\nteacher = train tiny epochs 1 batch 64\nqat s with kd(teacher) epochs 4 batch 64\nset seed 5",
    "train teacher epochs 4 batch 64", "a = train tiny epochs 4 batch 64 lr 1e-3, 2e-3",
  ]

  static func scene(_ store: SessionStore? = nil) throws -> Scene {
    let scene = try store.map { try Scene(store: $0) } ?? Scene()
    for cell in [
      "data shapes limit 512 test 128 size 12",
      "model tiny = conv(8, 3) > bn > relu > pool(2) > fc(10)",
      "teacher = train tiny epochs 1 batch 64 seed 3",
    ] {
      #expect(scene.run(cell).0.status == .ok)
    }
    return scene
  }

  /// Runs a cell that is stopped when its output has a text for the n-th time; true where it came to that.
  @discardableResult
  static func stop(_ scene: Scene, _ cell: String, at text: String, time: Int = 1) -> CellResult.Status {
    let cancellation = Cancellation()
    var seen = 0
    return scene.run(cell, cancellation: cancellation) { output in
      if [output].words.contains(text) { seen += 1 }
      if seen == time { cancellation.cancel() }
    }.0.status
  }

  /// What there is of a session that a stopped run must not change: weights by their hashes, figures but for times, and
  /// curves.
  static func picture(_ scene: Scene) throws -> [String] {
    let store = scene.store
    let models = try store.models().map { model in
      let figures = model.figures.filter { !$0.key.hasSuffix("_ms") }.sorted { $0.key < $1.key }
      let details = "\(model.details.sorted { $0.key < $1.key })"
      // What the cell came to before it was stopped is a version too.
      return "\(model.name) \(model.object) \(figures) " + details.replacing(#/@[0-9]+/#, with: "")
    }
    let runs = try store.runs().flatMap { run in
      let curves = try store.metricKeys(of: run.id).sorted().map { key in
        "\(key) \(try store.metrics(of: run.id, key: key).map { "\($0.step) \($0.value.bitPattern)" })"
      }
      return ["\(run.kind) \(run.model) \(run.status) \(run.epochsDone) \(run.stepsDone)"]
        + run.settings.sorted { $0.key < $1.key }.map { "\($0)" } + curves
    }
    return models + runs + (try store.settings().sorted { $0.key < $1.key }.map { "\($0)" })
  }

  @Test(arguments: cells) func aStoppedCellEndsInWhatOneGivesThatWasNotStopped(_ cell: String) throws {
    let whole = try Self.scene()
    #expect(whole.run(cell).0.status == .ok)
    let times = cell.contains("1e-3") ? [1, 5] : [1, 3]
    for time in times {
      let scene = try Self.scene()
      #expect(Self.stop(scene, cell, at: "/4 ", time: time) == .interrupted)
      let listed = scene.run("runs").1.words
      #expect(listed.contains("stands at step") && listed.contains("resume goes on with it"))
      let (result, outputs) = scene.run("resume")
      #expect(result.status == .ok, "\(result.diagnostics)")
      #expect(outputs.words.contains("goes on after step"))
      #expect(try Self.picture(scene) == Self.picture(whole), "\(cell), \(time)")
      #expect(try scene.store.newestCheckpoints().isEmpty)
      #expect(scene.run("resume").0.diagnostics.map(\.id) == ["nothing-to-resume"])
      // Saved, the session is the cell that was run, and not the word that went on with it.
      #expect(try scene.store.steps().map(\.cell).last == cell)
    }
  }

  @Test func aRunThatIsStoppedAgainAndAgainEndsInTheSameBits() throws {
    let cell = "qat s with kd(teacher) epochs 4 batch 64"
    let whole = try Self.scene()
    whole.run(cell)
    let scene = try Self.scene()
    #expect(Self.stop(scene, cell, at: "epoch 1/4") == .interrupted)
    #expect(Self.stop(scene, "resume", at: "epoch 2/4") == .interrupted)
    #expect(Self.stop(scene, "resume s", at: "epoch 3/4") == .interrupted)
    #expect(scene.run("resume 2").0.status == .ok)
    #expect(try Self.picture(scene) == Self.picture(whole))
  }

  @Test func whatWasChosenMeanwhileStaysChosen() throws {
    let cell = "t = train tiny epochs 4 batch 64"
    let whole = try Self.scene()
    whole.run(cell)
    let scene = try Self.scene()
    Self.stop(scene, cell, at: "epoch 2/4")
    scene.run("data shapes limit 256 test 64 size 12\nset seed 9\nmodel tiny = fc(10)\nforget teacher")
    #expect(scene.run("resume t").0.status == .ok)
    #expect(try scene.store.model(named: "t")?.object == whole.store.model(named: "t")?.object)
    #expect(try scene.store.setting("seed") == "9")
    #expect(try scene.store.setting("data")?.contains("256") == true)
    #expect(try scene.store.model(named: "teacher") == nil)
    #expect(try scene.store.definitions()["tiny"] == "fc(10)")
  }

  @Test func aStoppedRunCanBeUndoneAndStillGoOn() throws {
    let scene = try Self.scene()
    Self.stop(scene, "train teacher epochs 4 batch 64", at: "epoch 2/4")
    #expect(scene.run("undo").0.status == .ok)
    let whole = try Self.scene()
    whole.run("train teacher epochs 4 batch 64")
    #expect(scene.run("resume").0.status == .ok)
    #expect(
      try scene.store.model(named: "teacher")?.object == whole.store.model(named: "teacher")?.object)
  }

  @Test func aFinishedRunOfTheSameNameTakesThePlaceOfOneThatWasStopped() throws {
    let scene = try Self.scene()
    Self.stop(scene, "t = train tiny epochs 4 batch 64", at: "epoch 2/4")
    scene.run("t = train tiny epochs 1 batch 64")
    #expect(try scene.store.newestCheckpoints().isEmpty)
  }

  @Test func whatCanNotBeResumedIsRefusedWithTheReason() throws {
    let scene = try Self.scene()
    func id(_ cell: String) -> String? { scene.run(cell).0.diagnostics.first?.id }
    #expect(id("resume") == "nothing-to-resume")
    #expect(id("resume teacher") == "not-stopped")
    #expect(id("resume 9") == "unknown-run")
    #expect(id("resume techer") == "unknown-run")
    #expect(id("set seed 4\nresume") == "not-alone")
    Self.stop(scene, "t = train tiny epochs 4 batch 64", at: "epoch 2/4")
    #expect(id("resume techer anyway") == "unknown-run")
    #expect(id("resume teacher") == "not-stopped")
    #expect(id("resume t") == nil)
  }

  @Test func otherThreadsAndOtherWordsDoNotChangeTheBits() throws {
    let cell = "set threads 1\nt = train tiny epochs 4 batch 64"
    let whole = try Self.scene()
    whole.run(cell)
    let scene = try Self.scene()
    Self.stop(scene, cell, at: "epoch 2/4")
    scene.run("set threads auto")
    #expect(scene.run("resume").0.status == .ok)
    #expect(try scene.store.model(named: "t")?.object == whole.store.model(named: "t")?.object)
    #expect(try scene.store.runs().last?.settings["threads"] == "1")
  }

  @Test func checkpointsAreASetting() throws {
    let scene = try Scene()
    for (words, shown) in [("5 min", "5 min"), ("0.5 min", "0.5 min"), ("20", "20 min"), ("off", "off")] {
      #expect(scene.run("set checkpoint \(words)").0.status == .ok)
      #expect(scene.run("set").1.tables.first?.texts.contains(["checkpoint", shown]) == true)
    }
    for (words, id) in [("0 min", "out-of-range"), ("-1", "out-of-range"), ("often", "wrong-type")] {
      #expect(scene.run("set checkpoint \(words)").0.diagnostics.map(\.id) == [id], "\(words)")
    }
    #expect(scene.run("set seed 4 min").0.diagnostics.map(\.id) == ["pointless-option"])
  }

  @Test func aRunThatFailsLeavesItsCurveAndNothingToGoOnFrom() throws {
    let scene = try Self.scene()
    #expect(scene.run("t = train tiny lr 1e30 epochs 4 batch 64").0.status == .error)
    let run = try #require(try scene.store.runs().last)
    #expect(run.status == .failed && run.model == "t")
    #expect(try scene.store.model(named: "t") == nil)
    #expect(scene.run("resume").0.diagnostics.map(\.id) == ["nothing-to-resume"])
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test func aRunWhoseCellFailsAfterItIsNotLost() throws {
    try withFolder { folder in
      do {
        let scene = try Self.scene(SessionStore(folder: folder))
        let (result, outputs) = scene.run("t = train tiny epochs 2 batch 64\nshow run 9")
        #expect(result.status == .error)
        #expect(outputs.words.contains("resume goes on from there"))
        #expect(try scene.store.model(named: "t") == nil)
      }
      let scene = try Scene(store: SessionStore(folder: folder))
      #expect(scene.interpreter.openingNotes.words.contains("train of t, stands at step 16 of 16"))
      // The same cell fails in the same way.
      #expect(scene.run("resume").0.diagnostics.first?.notes.last?.contains("runs again") == true)
      #expect(try scene.store.newestCheckpoints().count == 1)
    }
  }

  @Test func aCheckpointThatIsDamagedLeavesTheOneBefore() throws {
    let cell = "t = train tiny epochs 4 batch 64"
    let whole = try Self.scene()
    whole.run(cell)
    try withFolder { folder in
      let scene = try Self.scene(SessionStore(folder: folder))
      #expect(Self.stop(scene, cell, at: "epoch 3/4") == .interrupted)
      let records = try scene.store.checkpoints(of: scene.store.runs()[1].id)
      // Ends of epochs come too quickly for each to be written; the one of the stop is.
      let newest = try #require(records.first)
      let path = folder + "/checkpoints/\(newest.run).\(newest.number).safetensors"
      try Data("nothing".utf8).write(to: URL(fileURLWithPath: path))
      let (result, outputs) = scene.run("resume")
      guard records.count > 1 else {
        #expect(result.diagnostics.map(\.id) == ["nothing-to-resume"])
        return
      }
      #expect(result.status == .ok && outputs.words.contains("is left out"))
      #expect(try Self.picture(scene) == Self.picture(whole))
    }
  }

  /// What was trained waits in memory until the session can be written again.
  @Test func aCellThatCannotBeWrittenIsKeptForLater() throws {
    let whole = try Self.scene()
    whole.run("t = train tiny epochs 2 batch 64")
    try withFolder { folder in
      let scene = try Self.scene(SessionStore(folder: folder))
      let objects = folder + "/objects"
      let failed = scene.run("t = train tiny epochs 2 batch 64") { output in
        guard [output].words.contains("epoch 2/2") else { return }
        try? FileManager.default.moveItem(atPath: objects, toPath: objects + "-away")
        try? Data().write(to: URL(fileURLWithPath: objects))
      }.0
      #expect(failed.status == .error)
      #expect(failed.diagnostics.last?.notes.last?.contains("kept in memory") == true)
      #expect(scene.run("resume").0.status == .error)
      try FileManager.default.removeItem(atPath: objects)
      try FileManager.default.moveItem(atPath: objects + "-away", toPath: objects)
      #expect(scene.run("set threads auto").0.status == .ok)
      #expect(scene.run("resume").0.status == .ok)
      scene.run("undo 2")
      scene.run("redo 2")
      #expect(
        try scene.store.model(named: "t")?.object == whole.store.model(named: "t")?.object)
      #expect(try scene.store.runs().last?.status == .finished)
      #expect(try scene.store.newestCheckpoints().isEmpty)
    }
  }

  /// What the cell came to is lost with the process, where it stood is not.
  @Test func aStoppedRunWhoseCellCannotBeWrittenHasItsCheckpoint() throws {
    let cell = "t = train tiny epochs 4 batch 64"
    let whole = try Self.scene()
    whole.run(cell)
    try withFolder { folder in
      let objects = folder + "/objects"
      do {
        let scene = try Self.scene(SessionStore(folder: folder))
        let cancellation = Cancellation()
        let failed = scene.run(cell, cancellation: cancellation) { output in
          guard [output].words.contains("epoch 2/4") else { return }
          cancellation.cancel()
          try? FileManager.default.moveItem(atPath: objects, toPath: objects + "-away")
          try? Data().write(to: URL(fileURLWithPath: objects))
        }.0
        #expect(failed.status == .error)
      }
      try FileManager.default.removeItem(atPath: objects)
      try FileManager.default.moveItem(atPath: objects + "-away", toPath: objects)
      let scene = try Scene(store: SessionStore(folder: folder))
      #expect(scene.interpreter.openingNotes.words.contains("train of t, stands at step"))
      let record = try #require(try scene.store.newestCheckpoints().values.first)
      #expect(record.standing.epochsDone >= 2)
      #expect(scene.run("resume").0.status == .ok)
      #expect(try Self.picture(scene) == Self.picture(whole))
    }
  }
}
