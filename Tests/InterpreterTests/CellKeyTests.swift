import Interpreter
import SessionStore
import Testing

/// Under which key a cell's result is kept, and what is kept of it.
@Suite(.serialized) struct CellKeyTests {
  private static let setting = """
    data shapes limit 96 test 40 size 12
    model tiny = conv(4, 3) > relu > globalpool > fc(10)
    teacher = train tiny epochs 1
    other = train tiny epochs 1 seed 3
    qat s from other with kd(teacher) epochs 1
    s-int8 = convert s
    """

  private func scene() throws -> Scene {
    let scene = try Scene()
    #expect(scene.run(Self.setting).0.status == .ok)
    return scene
  }

  @Test(
    arguments: ["compare s seeds 2", "compare s-int8", "compare", "diff s-int8"],
    ["forget teacher", "teacher = train tiny epochs 1 seed 8", "forget s", "forget other"])
  func aKeyChangesWithAllThatAResultFollowsFrom(program: String, change: String) throws {
    let scene = try scene()
    let before = try #require(scene.interpreter.cellKey(of: program, version: "1"))
    #expect(scene.interpreter.cellKey(of: program, version: "1") == before)
    #expect(scene.interpreter.cellKey(of: program, version: "2") != before)
    #expect(scene.run(change).0.status == .ok)
    // The layers of a model and its integers have nothing to do with who taught it.
    let isApart = program == "diff s-int8" && change != "forget s"
    #expect((scene.interpreter.cellKey(of: program, version: "1") == before) == isApart)
  }

  @Test(arguments: [
    ("qat s bits 4 \\\n epochs 2", "qat s epochs 2 bits 4"),
    ("model t = conv(4, 3) >\n relu > fc(10)", "model t = conv(4, 3) > relu > fc(10)"),
    ("qat s with kd(t,\n 0.5)", "qat s with kd(t, 50%)"),
    ("train  tiny lr 1e-3 # x\n\n", "train tiny lr 0.001"),
  ])
  func equalProgramsAreOne(one: String, other: String) {
    #expect(programText(one) == programText(other))
  }

  @Test(arguments: [
    ("train tiny\ntrain tiny", "train tiny"), ("train tiny lr 1e-3", "train tiny lr 2e-3"),
    ("qat s with kd(t, 0.5)", "qat s with kd(u, 0.5)"), ("a\nb", "a b"),
    ("qat s bits(conv1: 4, rest: 8)", "qat s bits(conv1: 8, rest: 4)"), ("x = train tiny", "y = train tiny"),
    ("data shapes", "data shapes augment"), ("data mnist path \"a\"", "data mnist path \"b\""),
  ])
  func otherProgramsAreOthers(one: String, other: String) {
    #expect(programText(one) != programText(other))
  }

  @Test func whatACellDidIsKeptWholeAlsoWhereItWasSoBefore() throws {
    let cell = "set seed 4\nmodel tiny = fc(10)\nt = train tiny epochs 1"
    let scene = try Scene()
    scene.run("data shapes limit 96 test 40 size 12")
    scene.run(cell)
    // Once more, in a session that has the seed, the network and the model already.
    let key = try #require(scene.interpreter.cellKey(of: cell, version: "1"))
    let result = scene.run(cell).0
    let kept = KeptCell(seconds: 0, metrics: result.metrics, outputs: [], diagnostics: [])
    scene.interpreter.keep(kept, key: key)
    let fresh = try Scene()
    let again = try #require(scene.interpreter.keptCell(key))
    #expect(fresh.interpreter.repeatChanges(of: again, from: scene.interpreter, source: cell))
    #expect(try fresh.store.settings()["seed"] == "4" && fresh.store.settings()["data"] != nil)
    #expect(try fresh.store.settings() == scene.store.settings())
    #expect(try fresh.store.definitions() == scene.store.definitions())
    #expect(try fresh.store.models().map(\.object) == scene.store.models().map(\.object))
    #expect(try fresh.store.runs().count == 1)
  }
}
