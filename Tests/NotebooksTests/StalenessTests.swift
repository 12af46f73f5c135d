import Interpreter
import Language
import Notebooks
import Testing
import Text
import Training

@Suite(.serialized) struct StalenessTests {
  private static let cells = """
    # %% id="a"
    data shapes limit 64 test 64 size 12
    # %% id="b"
    model tiny = conv(4, 3) > relu > pool(2) > fc(10)
    # %% id="c"
    teacher = train tiny epochs 1
    # %% id="d"
    show teacher
    """

  private func reasons(_ scene: NotebookScene) -> [[String]] {
    scene.cells.map { ($0["stale"]?.array ?? []).compactMap(\.string) }
  }

  @Test func aFreshRunIsNotStale() throws {
    let scene = try NotebookScene(cells: Self.cells)
    #expect(scene.run() == 0)
    _ = scene.replay()
    #expect(reasons(scene) == [[], [], [], []])
  }

  @Test func anEditMakesItsCellAndAllBehindItStale() throws {
    let scene = try NotebookScene(cells: Self.cells)
    #expect(scene.run() == 0)
    #expect(try scene.replace("teacher = train tiny epochs 1", "teacher = train tiny epochs 2") == 1)
    let edited = scene.text
    #expect(scene.replay() == 3)
    let expected = [
      [], [], ["its program was changed since its output was saved"],
      ["what it uses was changed since its output was saved: teacher"],
    ]
    #expect(reasons(scene) == expected)
    #expect(scene.text == edited)
    #expect(scene.run() == 0)
    #expect(
      scene.notes.contains(
        "the saved output of cell 4 is stale: what it uses was changed since its output was saved: teacher"))
  }

  @Test func aCommentMakesNothingStale() throws {
    let scene = try NotebookScene(cells: Self.cells)
    #expect(scene.run() == 0)
    try scene.replace("teacher = train tiny epochs 1", "teacher = train  tiny epochs 1  # again")
    #expect(scene.replay() == 0)
    #expect(reasons(scene) == [[], [], [], []])
  }

  @Test func resultsOfVersionOneAreJudgedByTheirTokens() throws {
    let scene = try NotebookScene(cells: Self.cells)
    #expect(scene.run() == 0)
    let graph = DependencyGraph(
      programs: try parseNotebook(Array(scene.text.utf8), path: scene.path).cells.map(\.source))
    for node in graph.nodes {
      #expect(try scene.replace("\"key\": \"\(node.program)\"", "\"program\": \"\(node.tokens)\"") == 1)
    }
    // What version 1 wrote of the second cell's program.
    #expect(graph.nodes[1].tokens == "42bd40534eea0c21")
    #expect(scene.replay() == 0)
    #expect(reasons(scene) == [[], [], [], []])
    try scene.replace("teacher = train tiny epochs 1", "teacher = train tiny epochs 2")
    #expect(scene.replay() == 3)
    #expect(
      reasons(scene) == [
        [], [], ["its program was changed since its output was saved"],
        ["what it uses was changed since its output was saved: teacher"],
      ])
  }

  @Test func aCellThatWasRunOutOfOrderIsTold() throws {
    let scene = try NotebookScene(cells: Self.cells)
    #expect(scene.run() == 0)
    // The teacher was trained once more, after it was shown.
    #expect(try scene.replace("\"execution_count\": 3", "\"execution_count\": 9") > 0)
    #expect(scene.replay() == 0)
    #expect(
      reasons(scene) == [
        [], [], ["it was run after cell 4, which stands below it"],
        ["teacher was made again, by cell 3, after it was run"],
      ])
  }

  @Test func aModelIsStaleOnceWhatItCameFromIsMadeAgain() throws {
    let interpreter = try Interpreter(sessionFolder: nil)
    func run(_ program: String) {
      let result = interpreter.execute(program, cancellation: Cancellation()) { _ in }
      #expect(result.status == .ok, "\(program): \(result.diagnostics.map(\.message))")
    }
    run("data shapes limit 64 test 64 size 12")
    run("model tiny = conv(4, 3) > relu > pool(2) > fc(10)")
    run("teacher = train tiny epochs 1")
    run("other = train tiny epochs 1 seed 3")
    run("qat student from other with kd(teacher) epochs 1")
    run("convert")
    #expect(try interpreter.staleModels() == [])
    run("train teacher epochs 1")
    #expect(
      try interpreter.staleModels() == [
        StaleModel(name: "student", causes: [.madeAgain("teacher")]),
        StaleModel(name: "student-int8", causes: [.madeFromStale("student")]),
      ])
    run("undo")
    #expect(try interpreter.staleModels() == [])
    run("model tiny = conv(8, 3) > relu > pool(2) > fc(10)")
    #expect(try interpreter.staleModels().first == StaleModel(name: "teacher", causes: [.redefined("tiny")]))
  }
}
