import Execution
import Interpreter
import Language
import SessionStore
import Testing

/// `set threads`, and `show environment`, which says what there is.
@Suite(.serialized) struct ThreadSettingTests {
  private func scene() throws -> Scene {
    let scene = try Scene()
    scene.run("data shapes limit 48 test 16")
    return scene
  }

  private func environment(_ scene: Scene) throws -> [String: String] {
    let table = try #require(scene.run("show environment").1.tables.first)
    #expect(table.rows.allSatisfy { !$0[1].repeats })
    return Dictionary(table.texts.map { ($0[0], $0[1]) }) { $1 }
  }

  @Test func runsComputeWithTheSessionsThreadsAndSayHowMany() throws {
    let scene = try scene()
    let own = Processor.threadCount
    let other = own == 1 ? 2 : 1
    scene.run("a = train qatcnn epochs 1 batch 16")
    #expect(scene.run("set threads \(other)").0.status == .ok)
    #expect(Processor.threadCount == own)
    scene.run("b = train qatcnn epochs 1 batch 16")
    #expect(try scene.store.runs().map { $0.settings["threads"] } == ["\(own)", "\(other)"])
    #expect(scene.run("show run 2").1.words.contains("on \(other) thread"))
    // What a cell sets is part of the program: a run is recorded with what it began with.
    #expect(scene.interpreter.environment.threads == own)
    #expect(Interpreter(store: scene.store).environment.threads == other)
    #expect(try environment(scene)["threads"]?.hasPrefix("\(other), as set threads says") == true)
    #expect(scene.run("set").1.tables.first?.texts.contains(["threads", "\(other)"]) == true)
    #expect(Processor.threadCount == own)
    // It holds from its statement on, within a cell too.
    scene.run("set threads auto\nc = train qatcnn epochs 1 batch 16")
    #expect(try scene.store.runs().last?.settings["threads"] == "\(own)")
    scene.run("undo")
    #expect(Interpreter(store: scene.store).environment.threads == other)
  }

  @Test func twoNumbersOfThreadsGiveTheSameNetworkUpToRoundings() throws {
    let losses = try [1, 2].map { count in
      let scene = try scene()
      scene.run("set threads \(count)")
      return try #require(scene.run("a = train qatcnn epochs 1 batch 16").0.values["a.loss"])
    }
    #expect(abs(losses[0] - losses[1]) < 1e-3 * abs(losses[0]))
  }

  @Test(arguments: [
    ("set threads 0", "out-of-range"), ("set threads 1000", "too-many-threads"),
    ("set threads -1", "out-of-range"), ("set threads 1.5", "wrong-type"),
    ("set threads many", "wrong-type"),
  ])
  func whatNobodyCanUseIsRefused(cell: String, id: String) throws {
    let scene = try scene()
    let before = try scene.state()
    let own = Processor.threadCount
    #expect(scene.run(cell).0.diagnostics.map(\.id) == [id], "\(scene.picture(cell))")
    #expect(try scene.state() == before && Processor.threadCount == own)
  }

  @Test func theEnvironmentIsNamedInFull() throws {
    let rows = try environment(scene())
    #expect(rows["oneDNN"]?.contains(Processor.libraryVersion) == true)
    #expect(rows["oneDNN"]?.contains(Processor.instructionSet) == true)
    #expect(rows["threads"]?.hasPrefix("\(Processor.threadCount), as the process has by itself") == true)
    #expect(rows["precision"] == "f32" && rows["data"] == "shapes limit 48 test 16")
    #expect(rows["qatlab"] == programVersion)
    #expect(rows.keys.contains("processor") && rows.keys.contains("session"))
  }
}
