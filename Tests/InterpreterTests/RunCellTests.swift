import Foundation
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Lists of runs, runs side by side, and runs that failed.
@Suite(.serialized) struct RunCellTests {
  private static let setting = [
    "data shapes limit 96 test 48 size 8", "model tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)",
    "teacher = train tiny epochs 2 batch 16 lr 0.01 seed 1", "other = train tiny epochs 1 batch 16 lr 0.001",
    "qat student with kd(teacher) epochs 1 batch 16",
  ]

  private func scene() throws -> Scene {
    let scene = try Scene()
    for cell in Self.setting {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  private func numbers(_ cell: String, _ scene: Scene) -> [String] {
    scene.run(cell).1.tables.first?.texts.map { $0[0] } ?? []
  }

  @Test(arguments: [
    ("runs", ["1", "2", "3"]), ("runs of teacher", ["1"]), ("runs qat", ["3"]), ("runs train", ["1", "2"]),
    ("runs train qat", ["1", "2", "3"]), ("runs finished of other", ["2"]), ("runs of other finished", ["2"]),
    ("runs failed", []), ("runs qat of teacher", []), ("runs of teacher@1", ["1"]),
  ])
  func runsAreFiltered(cell: String, expected: [String]) throws {
    let scene = try scene()
    #expect(scene.run(cell).0.status == .ok)
    #expect(numbers(cell, scene) == expected)
  }

  @Test func runsAreSorted() throws {
    let scene = try scene()
    let runs = try scene.store.runs()
    func order(_ key: (RunRecord) throws -> Double) rethrows -> [String] {
      try runs.map { (try key($0), $0.number) }.sorted { $0 < $1 }.map { "\($0.1)" }
    }
    let loss = try scene.store.lastValues(of: ["loss", "test_accuracy"])
    #expect(numbers("runs by loss", scene) == order { loss[$0.id]?["loss"] ?? .infinity })
    #expect(numbers("runs by accuracy", scene) == order { -(loss[$0.id]?["test_accuracy"] ?? 0) })
    #expect(
      numbers("runs by time", scene) == order { -($0.endedAt?.timeIntervalSince($0.startedAt) ?? 0) })
    #expect(scene.run("runs by beauty").0.diagnostics.map(\.id) == ["unknown-choice"])
  }

  @Test func runsAreWrittenForOtherPrograms() throws {
    let scene = try scene()
    let csv = try #require(scene.run("runs of teacher as csv").1.tables.first?.written).split(separator: "\n")
    #expect(csv.count == 2 && csv[1].hasPrefix("1,train,teacher,finished,2,12,"))
    let text = try #require(scene.run("runs as json").1.tables.first?.written)
    let rows = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
    #expect(rows.compactMap { $0["model"] as? String } == ["teacher", "other", "student"])
    #expect(rows.compactMap { $0["run"] as? Int } == [1, 2, 3])
  }

  @Test(arguments: ["compare run 1, run 2", "compare run 1, 2"])
  func runsStandSideBySide(cell: String) throws {
    let scene = try scene()
    let (result, outputs) = scene.run(cell)
    try #require(result.status == .ok, "\(result.diagnostics)")
    let table = try #require(outputs.tables.first)
    #expect(table.columns.map(\.title) == ["setting", "run 1", "run 2"])
    let rows = Dictionary(table.texts.map { ($0[0], Array($0.dropFirst())) }) { $1 }
    #expect(rows["lr"] == ["0.01", "0.001"] && rows["seed"] == ["1", "0"])
    // What is alike is left out, and said to be.
    #expect(rows["batch"] == nil && outputs.words.contains("left out: show run 1"))
    let curves = outputs.compactMap { output in if case .curve(let curve) = output { curve } else { nil } }
    #expect(curves.map(\.title) == ["loss", "accuracy after epochs"])
    #expect(curves.allSatisfy { $0.series.map(\.name) == ["run 1", "run 2"] && $0.since == 3 })
    #expect(curves[0].series[0].points.count == 12)
  }

  @Test(arguments: [
    ("compare run 1, run 9", "unknown-run"), ("compare run 1", "wrong-type"),
    ("compare run 1, 1", "wrong-type"),
    ("compare run 0, 2", "out-of-range"),
  ])
  func runsThatAreNotThereAreRefused(cell: String, id: String) throws {
    #expect(try scene().run(cell).0.diagnostics.first?.id == id)
  }

  @Test func aRunThatFailedIsRecorded() throws {
    let scene = try scene()
    let before = try scene.store.models()
    let (result, _) = scene.run("teacher = train tiny epochs 2 batch 16 optimizer sgd lr 1e30")
    #expect(result.status == .error)
    #expect(try scene.store.models() == before)
    #expect(numbers("runs failed", scene) == ["4"])
    let run = try #require(try scene.store.runs().last)
    #expect(run.status == .failed && run.model == "teacher" && run.endedAt != nil && run.stepsDone > 0)
    #expect(run.settings["failure"]?.isEmpty == false)
    let loss = try scene.store.metrics(of: run.id, key: "loss")
    #expect(loss.last?.value.isNaN == true && loss.last?.step == run.stepsDone)
    // Nothing else of the cell is kept, and undo goes over the one before.
    #expect(scene.run("show run 4").0.status == .ok)
    #expect(scene.run("compare run 1, run 4").0.status == .ok)
    #expect(numbers("runs by loss", scene).last == "4")
    #expect(scene.run("undo").1.words.contains("qat student"))
  }

  @Test func theHistoryTellsHowCellsEnded() throws {
    let scene = try Scene()
    for cell in ["set seed 3", "evaluate nobody"] {
      scene.interpreter.remember(cell)
      scene.run(cell)
    }
    scene.interpreter.remember("train (")
    let stop = Cancellation()
    stop.cancel()
    scene.interpreter.remember("data shapes limit 64 test 32 size 8")
    scene.run("data shapes limit 64 test 32 size 8", cancellation: stop)
    scene.interpreter.remember("models")
    let cells = try scene.store.cells(limit: 9)
    #expect(cells.map(\.status) == ["ok", "error", "unread", "interrupted", "running"])
    #expect(cells[0].seconds > 0 && cells[1].seconds > 0)
  }
}
