import Interpreter
import Language
import SessionStore
import Testing

/// The topics of `explain`: every entry is whole, leads to others and has a cell that runs.
@Suite(.serialized) struct ExplanationTests {
  @Test func namesAndAliasesLeadToOneTopicEach() {
    let words = Topic.all.flatMap { [$0.name] + $0.aliases }
    #expect(Set(words).count == words.count)
    for word in words { #expect(Topic.named(word) != nil) }
    #expect(Topic.named("Batch Norm Folding")?.name == "batch-norm-folding")
    #expect(Topic.named("STE")?.name == "straight-through-estimator")
    #expect(Topic.all.count >= 40)
  }

  @Test(arguments: Topic.all.map(\.name))
  func anEntryIsWhole(name: String) throws {
    let topic = try #require(Topic.named(name))
    for text in [topic.summary, topic.formula, topic.picture, topic.trap, topic.example, topic.source] {
      #expect(!text.isEmpty)
    }
    #expect(topic.related.count >= 2)
    for other in topic.related {
      #expect(Topic.all.contains { $0.name == other } && other != name, "\(other)")
    }
  }

  /// The cells run one after another in one session; each is taken back before the next.
  @Test func everyExampleRuns() throws {
    let scene = try Scene()
    let setting = [
      "data shapes limit 256 test 64 size 16",
      "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
      "teacher = train tiny epochs 1", "qat student with kd(teacher) epochs 1",
    ]
    for cell in setting { try #require(scene.run(cell).0.status == .ok) }
    for topic in Topic.all {
      var changes = 0
      for line in topic.example.split(separator: "\n") {
        let before = try models(scene)
        let (result, _) = scene.run(String(line))
        #expect(result.status == .ok, "\(topic.name): \(line): \(result.diagnostics)")
        #expect(result.diagnostics.isEmpty, "\(topic.name): \(line): \(result.diagnostics)")
        if try models(scene) != before { changes += 1 }
      }
      for _ in 0..<changes { #expect(scene.run("undo").0.status == .ok) }
    }
  }

  private func models(_ scene: Scene) throws -> [String] {
    try scene.store.models().map { "\($0.name) \($0.version)" }
  }

  @Test func withoutATopicAllAreListedInGroups() throws {
    let table = try #require(try Scene().run("explain").1.tables.first)
    #expect(table.texts.count == TopicGroup.all.count)
    for topic in Topic.all { #expect(table.texts.contains { $0[1].contains(topic.name) }) }
  }

  @Test func severalWordsAreOneName() throws {
    #expect(try Scene().run("explain fake quantization").1.words.hasPrefix("fake-quantization (also: "))
  }

  @Test(arguments: [
    ("explain zeropoit", "did you mean \"zero-point\"?"), ("explain folding batch norm", "explain alone"),
    ("explain batch", "did you mean \"batch-norm-folding\"?"), ("explain bananas", "explain alone"),
    ("explain tempreature", "did you mean \"temperature\"?"),
    ("explain dequantise", "did you mean \"requantization\"?"),
  ])
  func whatIsNotExplainedIsRefused(cell: String, words: String) throws {
    let scene = try Scene()
    #expect(scene.run(cell).0.diagnostics.first?.id == "unknown-topic")
    #expect(scene.picture(cell).contains(words), "\(scene.picture(cell))")
  }

  @Test func topicsAreOffered() throws {
    let (_, candidates) = try Scene().interpreter.completions(in: "explain batch", at: 13)
    #expect(
      candidates.map(\.text) == ["batch-norm-folding", "batch-norm-freeze", "batch-norm-reestimation"])
    #expect(candidates.allSatisfy { !$0.detail.isEmpty })
  }
}
