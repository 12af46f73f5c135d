import Language
import Testing

/// What is read without a word though it is written as in other languages, and what is read with one.
struct ForgivingTests {
  private func errors(_ source: String) -> [String] {
    parse(source, vocabulary: .sample).diagnostics.filter { $0.severity == .error }.map(\.id)
  }

  @Test(arguments: [
    ("train r epochs=3 lr: 0.1", "(train r :epochs 3.0 :lr 0.1)"),
    ("qat s with=kd(t)", "(qat s :with kd(t))"),
    ("train r;", "(train r)"), ("train r ; # done", "(train r)"),
    ("convert;\ncompare a;;", "(convert)\n(compare a)"),
    ("qatlab> convert\nqatlab> compare a", "(convert)\n(compare a)"),
    ("qatlab> train r\nepoch 1/3  loss 0.63\nqatlab> convert", "(train r)\n(convert)"),
    ("qatlab> qat s with kd(a,\n   ( >  b)\nqatlab> convert", "(qat s :with kd(a b))\n(convert)"),
    (">>> convert", "(convert)"),
    ("In [3]: convert\nOut[3]: 0.9\nIn [4]: compare a", "(convert)\n(compare a)"),
    ("data shapes\rconvert\r", "(data shapes)\n(convert)"), ("%matplotlib inline\nconvert", "(convert)"),
    ("train epochs 3 net", "(train net :epochs 3.0)"), ("compare seeds 3 a b", "(compare a b :seeds 3.0)"),
    ("qat with kd(t) s", "(qat s :with kd(t))"),
    ("train r lr 1e-4, 3e-4 epochs 2", "(train r :lr [0.0001 0.0003] :epochs 2.0)"),
    ("qat s bits 2,4,8", "(qat s :bits [2.0 4.0 8.0])"), ("train r lr [1, 2]", "(train r :lr [1.0 2.0])"),
    ("advise 60kB", "(advise 60.0 kB)"), ("advise 8 MB", "(advise 8.0 MB)"),
    ("advise 1.5mib", "(advise 1.5 mib)"),
  ])
  func whatIsPlainIsRead(source: String, expected: String) {
    #expect(errors(source) == [])
    #expect(tree(source) == expected)
  }

  @Test(arguments: [
    ("// a comment\nconvert", "foreign-comment", "//"), ("convert // all", "foreign-comment", "//"),
    ("% a comment", "foreign-comment", "%"), ("convert % all", "foreign-comment", "%"),
    ("%run x.py\nconvert", "magic", "%run x.py"), ("!ls -l", "shell-command", "!ls -l"),
    ("advise 1 %", "malformed-number", "1 %"), ("train r epochs 3 epoch 4", "unknown-option", "epoch"),
    ("train epochs 3 epoch 4", "unknown-option", "epoch"),
    ("train r epochs 20,000", "malformed-number", "20,000"),
    ("convert; compare a", "unexpected-character", ";"),
  ])
  func whatIsNotIsMarkedWithWhatToWrite(source: String, id: String, words: String) throws {
    let diagnostic = try #require(parse(source, vocabulary: .sample).diagnostics.first)
    #expect(diagnostic.id == id)
    let range = try #require(diagnostic.range)
    #expect(SourceFile(source).text(of: range) == words)
    #expect(diagnostic.suggestion != nil)
  }

  @Test func aMagicThatChangesNothingIsAWarning() {
    let diagnostics = parse("%matplotlib inline", vocabulary: .sample).diagnostics
    #expect(diagnostics.map(\.severity) == [.warning])
    #expect(completeness(of: "%matplotlib inline\nconvert") == .complete)
  }

  @Test func anEditLiesWhereItMends() throws {
    for (source, mended) in [
      ("qat s with kd(a, b", "qat s with kd(a, b)"), ("export a to \"b", "export a to \"b\""),
      ("export a to \"b”", "export a to \"b\""), ("qat s keep conv1, fc", "qat s keep(conv1, fc)"),
      ("train r epochs (3)", "train r epochs 3"),
    ] {
      let edit = try #require(parse(source, vocabulary: .sample).diagnostics.first?.edit, "\(source)")
      var bytes = Array(source.utf8)
      bytes.replaceSubrange(edit.range.lowerBound..<edit.range.upperBound, with: Array(edit.text.utf8))
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.split(separator: " ").joined(separator: " ") == mended)
    }
  }
}
