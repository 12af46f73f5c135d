import Foundation
import Interpreter
import Language
import Notebooks
import Testing
import Text

/// Replays of notebooks whose results come from another environment, or were computed with other seeds.
@Suite(.serialized) struct ReplayElsewhereTests {
  private static let lesson = """
    # %% id="d"
    data shapes limit 256 test 128 size 12
    model tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)
    # %% id="t"
    teacher = train tiny epochs 2 lr 0.01
    # %% id="q"
    qat student with kd(teacher, SoftTarget, 0.5, T: 4) bits 4 epochs 1
    # %% id="r"
    show run
    # %% id="c"
    compare
    """

  /// The notebook as another processor would have left it: its environment names other kernels.
  private func fromElsewhere(seeds: Int = 0) throws -> NotebookScene {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    if seeds > 0 { #expect(scene.replay(update: true, seeds: seeds) == 0, "\(scene.differences)") }
    let environment = try #require(try readNotebook(scene.path).savedEnvironment)
    let kernels = try #require(environment["instruction_set"]?.string)
    #expect(try scene.replace("\"instruction_set\": \"\(kernels)\"", "\"instruction_set\": \"other\"") == 1)
    return scene
  }

  private func value(_ name: String, cell: Int, _ scene: NotebookScene) throws -> Double {
    let cells = try readNotebook(scene.path).cells
    let values = cells[cell].members["metadata"]?.object?["qatlab"]?.object?["values"]?.object
    return try #require(values?[name].flatMap { Double($0.line) })
  }

  @Test func theEnvironmentNamesTheKernels() throws {
    let scene = try NotebookScene(cells: "# %%\nmodels\n")
    #expect(scene.run() == 0)
    let environment = try #require(try readNotebook(scene.path).savedEnvironment)
    let version = try #require(environment["onednn"]?.string)
    #expect(version.split(separator: ".").count == 3 && version.allSatisfy { $0 == "." || $0.isNumber })
    #expect(environment["instruction_set"]?.string?.isEmpty == false)
    #expect(environment["threads"]?.integer == RunConditions.ownThreads)
    #expect(scene.replay() == 0, "\(scene.differences)")
    #expect(scene.summary?["compared"]?.string == "to the last bit")
    #expect(scene.summary?["confidence"] == .null)
  }

  @Test func anOlderFileThatSaysLessOfItsKernelsIsRead() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    let text = scene.text
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let keys = ["byte_products", "instruction_set", "onednn"]
    let older = lines.filter { line in !keys.contains { line.contains("\"\($0)\":") } }
    #expect(older.count == lines.count - 3)
    try scene.write(older.joined(separator: "\n"))
    #expect(scene.replay() == 0, "\(scene.differences)")
    #expect(scene.verdicts.allSatisfy { $0 == "same" })
    #expect(scene.notes.contains { $0.hasPrefix("not as in the saved run: oneDNN unknown, now ") })
  }

  @Test func kernelsDecideWhatIsAnotherEnvironment() {
    let session = SessionEnvironment(
      processor: ["avx2"], library: "2.6.3", instructionSet: "avx2", caches: [1, 2],
      addsByteProductsExactly: false, threads: 2, seed: 0)
    let saved = NotebookEnvironment(version: "1", session: session)
    #expect(saved.differences(from: saved.json) == [])
    #expect(!saved.computesOtherwise(than: saved.json))
    func differs(_ change: (inout SessionEnvironment) -> Void) -> ([String]?, Bool) {
      var session = session
      change(&session)
      let now = NotebookEnvironment(version: "1", session: session)
      return (now.differences(from: saved.json), now.computesOtherwise(than: saved.json))
    }
    #expect(differs { $0.instructionSet = "sse41" } == (["oneDNN's instructions avx2, now sse41"], true))
    #expect(differs { $0.library = "3.1.0" } == (["oneDNN 2.6.3, now 3.1.0"], true))
    #expect(differs { $0.threads = 4 } == (["threads 2, now 4"], true))
    #expect(differs { $0.caches = [1, 4] } == (["caches 1+2, now 1+4"], true))
    #expect(differs { $0.processor = [] } == (["processor avx2, now none"], true))
    // The seed of a session decides what is drawn, not how it is added.
    #expect(differs { $0.seed = 1 } == (["seed 0, now 1"], false))
  }

  @Test func sumsOfByteProductsFollowFromTheProcessorWhereAFileDoesNotSay() {
    let now = NotebookEnvironment(
      version: "1", session: SessionEnvironment(addsByteProductsExactly: false, seed: 0))
    #expect(!now.hasGrids(of: ["processor": .array([.string("avx2"), .string("vnni")])]))
    #expect(now.hasGrids(of: ["processor": .array([.string("avx2")])]))
    #expect(now.hasGrids(of: nil))
    let threads = ReplayOptions.Threads.saved
    #expect(threads.conditions(["byte_products": .string("saturating")]).saturatesByteProducts)
    #expect(!threads.conditions(["byte_products": .string("exact")]).saturatesByteProducts)
  }

  @Test func threadsAreThoseOfTheSavedRunUnlessOthersAreAskedFor() {
    func threads(_ choice: ReplayOptions.Threads, _ saved: JSONValue) -> Int? {
      choice.conditions(["threads": saved]).threads
    }
    #expect(threads(.saved, .integer(3)) == 3)
    #expect(threads(.here, .integer(3)) == nil)
    #expect(threads(.count(5), .integer(3)) == 5)
    for absurd in [
      JSONValue.integer(0), .integer(-1), .integer(1_000_000), .string("2"), .number("2.5"), .null,
    ] {
      #expect(threads(.saved, absurd) == nil)
    }
  }

  @Test(arguments: [1, 3])
  func aRunWithOtherThreadsIsRepeatedToTheLastBit(threads: Int) throws {
    let scene = try NotebookScene(cells: Self.lesson)
    let own = RunConditions.ownThreads
    #expect(RunConditions(threads: threads).compute { scene.run() } == 0)
    #expect(RunConditions.ownThreads == own)
    #expect(scene.replay() == 0, "\(scene.differences)")
    #expect(scene.verdicts.allSatisfy { $0 == "same" })
    #expect(scene.summary?["threads"]?.integer == threads)
    #expect(scene.summary?["environment_differences"] == .array([]))
    #expect(RunConditions.ownThreads == own)
    guard own != threads else { return }
    #expect(scene.notes.contains { $0.hasPrefix("computed with \(threads) thread") })
    #expect(scene.replay(threads: .here) == 0, "\(scene.differences)")
    #expect(scene.notes.contains("not as in the saved run: threads \(threads), now \(own)"))
    #expect(scene.summary?["compared"]?.string == "by spread")
  }

  @Test func theGridsOfAProcessorThatSaturatesAreRepeatedOnAnyOther() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(RunConditions(saturatesByteProducts: true).compute { scene.run() } == 0)
    #expect(try readNotebook(scene.path).savedEnvironment?["byte_products"]?.string == "saturating")
    #expect(scene.replay() == 0, "\(scene.differences)")
    #expect(scene.verdicts.allSatisfy { $0 == "same" })
  }

  @Test func otherSeedsGiveASpreadThatIsKeptBesideTheValues() throws {
    let scene = try NotebookScene(cells: Self.lesson)
    #expect(scene.run() == 0)
    #expect(scene.replay(update: true, seeds: 2) == 0, "\(scene.differences)")
    #expect(scene.verdicts.allSatisfy { $0 == "same" })
    let cells = try readNotebook(scene.path).cells
    let teacher = try #require(cells[1].spread)
    #expect(teacher.seeds == 2)
    #expect((teacher.deviations["teacher.loss"] ?? 0) > 0)
    #expect(teacher.deviations["teacher.epochs"] == nil && teacher.deviations["teacher.size_bytes"] == nil)
    let series = (0..<3).map { "curve.series[\($0)].points[][1]" }
    #expect(cells[3].spread?.deviations.keys.sorted() == series)
    let data = try #require(cells[0].spread)
    #expect(data.deviations.isEmpty && data.varying.isEmpty)
    // The same again, and through another run.
    let written = scene.text
    #expect(scene.replay(update: true, seeds: 2) == 0, "\(scene.differences)")
    #expect(scene.text == written)
    #expect(scene.run() == 0)
    #expect(try readNotebook(scene.path).cells.map(\.spread) == cells.map(\.spread))
    try scene.replace("lr 0.01", "lr 0.02")
    #expect(scene.run() == 0)
    let changed = try readNotebook(scene.path).cells
    #expect(changed[0].spread == data && changed[1].spread == nil && changed[2].spread == nil)
  }

  @Test func valuesFromElsewhereAreHeldToTheirSpread() throws {
    let scene = try fromElsewhere(seeds: 2)
    let deviation = try #require(try readNotebook(scene.path).cells[1].spread?.deviations["teacher.loss"])
    let loss = try value("teacher.loss", cell: 1, scene)
    func put(_ value: Double, insteadOf old: Double) throws {
      #expect(try scene.replace("\"teacher.loss\": \(old)", "\"teacher.loss\": \(value)") == 1)
    }
    try put(loss + deviation, insteadOf: loss)
    #expect(scene.replay() == 0, "\(scene.differences)")
    #expect(scene.verdicts[1] == "within tolerance")
    let difference = scene.cells[1]["differences"]?.array?.first?.object
    let limit = try #require(difference?["limit"].flatMap { Double($0.line) })
    // √2 · t of 2 degrees of freedom, of its own deviation or of the kind's.
    #expect(limit > 2.0.squareRoot() * 9.92 * deviation)
    #expect(scene.summary?["confidence"] == .number("0.99") && scene.summary?["seeds"]?.integer == 2)
    #expect(scene.notes.contains { $0.contains("99 % of the differences") })
    try put(loss + 0.99 * limit, insteadOf: loss + deviation)
    #expect(scene.replay() == 0, "\(scene.differences)")
    // Downwards, since a limit that follows from the kind grows with the saved value.
    try put(loss - 1.01 * limit, insteadOf: loss + 0.99 * limit)
    #expect(scene.replay() == 3)
    #expect(scene.differing[1] == ["teacher.loss"])
  }

  @Test(arguments: [
    ("lr 0.01", "lr 0.011", 1), ("epochs 2 lr", "epochs 2 seed 1 lr", 1), ("T: 4", "T: 8", 2),
    ("bits 4", "bits(conv1: 4, rest: 8)", 2), ("test 128 size", "test 128 seed 9 size", 1),
  ])
  func aChangedProgramIsFoundFromElsewhere(old: String, new: String, cell: Int) throws {
    let scene = try fromElsewhere()
    #expect(scene.replay() == 0, "\(scene.differences)")
    #expect(try scene.replace(old, new) >= 1)
    #expect(scene.replay() == 3)
    #expect(scene.verdicts[cell] == "different")
  }

  /// Results of another recipe under this program's hash: what was printed of it doesn't fit.
  @Test(arguments: [
    ("lr 0.01, schedule", "lr 0.011, schedule", 1), ("seed 0\"", "seed 1\"", 1),
    ("SoftTarget(T: 4)", "SoftTarget(T: 8)", 2), ("bits 4, backend", "bits 8, backend", 2),
  ])
  func anotherRecipesResultsAreFoundFromElsewhere(old: String, new: String, cell: Int) throws {
    let scene = try fromElsewhere(seeds: 2)
    #expect(try scene.replace(old, new) >= 1)
    #expect(scene.replay() == 3)
    #expect(scene.verdicts[cell] == "different")
    #expect(scene.differing[cell] == ["settings"])
  }

  @Test func otherImagesAreFoundFromElsewhere() throws {
    let scene = try fromElsewhere()
    let data = try readNotebook(scene.path).savedEnvironment?["data"]?.object?.members
    let checksum = try #require(data?.first?.value.string)
    let loss = try value("teacher.loss", cell: 1, scene)
    try scene.replace("\"teacher.loss\": \(loss)", "\"teacher.loss\": \(loss * 1.0001)")
    #expect(scene.replay() == 0, "\(scene.differences)")
    try scene.replace(checksum, "sha256:" + String(repeating: "0", count: 64))
    #expect(scene.replay() == 3)
    #expect(scene.differing[1] == ["teacher.loss"])
  }
}
