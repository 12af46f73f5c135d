import GraphIR
import Interpreter
import SessionStore
import Testing

@Suite struct HighlightTests {
  private let names: SessionNames

  init() throws {
    let scene = try Scene()
    try scene.addModel("teacher")
    try scene.addModel("student", kind: .fakeQuantized)
    try scene.store.transaction { try $0.define("tiny", "conv(8) > fc(10)") }
    names = scene.interpreter.names
  }

  /// The text with each highlighted stretch in brackets behind the first letter of its kind, `?` for unknown names.
  private func marked(_ text: String) -> String {
    let letters: [HighlightKind: String] = [
      .command: "c", .keyword: "k", .known: "n", .unknown: "?", .number: "d", .string: "s", .comment: "r",
      .fault: "!",
    ]
    let bytes = Array(text.utf8)
    var result = ""
    var position = 0
    for highlight in names.highlights(in: text) {
      result += String(decoding: bytes[position..<highlight.range.lowerBound], as: UTF8.self)
      result += (letters[highlight.kind] ?? "") + "⟨"
      result += String(decoding: bytes[highlight.range], as: UTF8.self) + "⟩"
      position = highlight.range.upperBound
    }
    return result + String(decoding: bytes[position...], as: UTF8.self)
  }

  @Test(arguments: [
    ("", ""),
    ("models", "c⟨models⟩"),
    ("train resnet18 epochs 3 # go", "c⟨train⟩ n⟨resnet18⟩ k⟨epochs⟩ d⟨3⟩ r⟨# go⟩"),
    ("x = train tiny lr 1e-3", "x = c⟨train⟩ n⟨tiny⟩ k⟨lr⟩ d⟨1e-3⟩"),
    ("teacher = train mlp", "n⟨teacher⟩ = c⟨train⟩ n⟨mlp⟩"),
    ("trian resnet18", "?⟨trian⟩ resnet18"),
    ("evaluate techer ", "c⟨evaluate⟩ ?⟨techer⟩ "),
    ("evaluate teacher", "c⟨evaluate⟩ n⟨teacher⟩"),
    ("train resnet18 schedule cosine", "c⟨train⟩ n⟨resnet18⟩ k⟨schedule⟩ n⟨cosine⟩"),
    ("train resnet18 schedule cosin ", "c⟨train⟩ n⟨resnet18⟩ k⟨schedule⟩ ?⟨cosin⟩ "),
    (
      "qat s with kd(teacher, DecoupledKD, 0.5, T: 4)",
      "c⟨qat⟩ s k⟨with⟩ n⟨kd⟩(n⟨teacher⟩, n⟨DecoupledKD⟩, d⟨0.5⟩, k⟨T⟩: d⟨4⟩)"
    ),
    ("qat s with kd(techer, NKD)", "c⟨qat⟩ s k⟨with⟩ n⟨kd⟩(?⟨techer⟩, n⟨NKD⟩)"),
    ("qat s with kd(teacher", "c⟨qat⟩ s k⟨with⟩ n⟨kd⟩!⟨(⟩n⟨teacher⟩"),
    ("model t = conv(16, 3) > relu > fc(10)", "c⟨model⟩ t = n⟨conv⟩(d⟨16⟩, d⟨3⟩) > n⟨relu⟩ > n⟨fc⟩(d⟨10⟩)"),
    ("model t = fc(10)\ntrain t", "c⟨model⟩ t = n⟨fc⟩(d⟨10⟩)\nc⟨train⟩ n⟨t⟩"),
    ("qat student bits(conv1: 8, rest: 4)", "c⟨qat⟩ n⟨student⟩ k⟨bits⟩(n⟨conv1⟩: d⟨8⟩, k⟨rest⟩: d⟨4⟩)"),
    ("inspect conv1", "c⟨inspect⟩ n⟨conv1⟩"), ("inspect student.conv1", "c⟨inspect⟩ n⟨student.conv1⟩"),
    ("data mnist path \"größe\"", "c⟨data⟩ n⟨mnist⟩ k⟨path⟩ s⟨\"größe\"⟩"),
    ("data mnist path \"gr", "c⟨data⟩ n⟨mnist⟩ k⟨path⟩ !⟨\"⟩gr"),
    ("data shapes ]", "c⟨data⟩ n⟨shapes⟩ !⟨]⟩"), ("data shapes @", "c⟨data⟩ n⟨shapes⟩ !⟨@⟩"),
  ])
  func eachStretchIsWhatItMeansThere(text: String, expected: String) {
    #expect(marked(text) == expected)
  }

  @Test(arguments: [
    ("tra", "tra"), ("new", "new"), ("train resn", "c⟨train⟩ resn"), ("evaluate teach", "c⟨evaluate⟩ teach"),
    ("x = tra", "x = tra"),
  ])
  func aWordThatIsBeingTypedIsNoMistake(text: String, expected: String) {
    #expect(marked(text) == expected)
  }

  @Test func stretchesAreInOrderAndInsideWhateverTheTextIs() {
    let text = "größe = train resnet18 with kd(\"ä\\\" [1, 2) > > , = :\n)((a %% data 世界(x: [y"
    for end in text.unicodeScalars.indices {
      let part = String(text.unicodeScalars[..<end])
      var position = 0
      for highlight in names.highlights(in: part) {
        #expect(highlight.range.lowerBound >= position && highlight.range.upperBound <= part.utf8.count)
        position = highlight.range.upperBound
      }
    }
  }

  @Test func numbersInUseComeFromEarlierCellsTheNewestFirst() {
    var names = names
    names.cells = ["train mlp lr 0.1", "train mlp lr 0.2 epochs 4", "train mlp lr 0.1", "# lr 9"]
    let found = names.completions(in: "train mlp lr ", at: 13).candidates.map(\.text)
    #expect(found.prefix(2) == ["0.1", "0.2"])
  }

  @Test func aPathCompletesInsideItsQuotes() {
    let text = "data mnist path \"a/b"
    let (range, found) = names.completions(in: text, at: text.utf8.count) { typed in
      [Completion(text: typed + "c", detail: "file")]
    }
    #expect(range == 17..<20)
    #expect(found.map(\.text) == ["a/bc"])
  }
}
