import Interpreter
import Terminal
import Testing

@Suite struct ReferenceTests {
  private let reference = Reference(program: [
    .heading(1, "The program"), .code("qatlab run FILE"), .paragraph("-p *gives* a_value | \\n"),
  ])

  @Test func everyCommandStandsThereWithItsOptionsAndExamples() {
    let text = ReferencePage(reference).text
    for command in Command.all {
      #expect(text.contains("\n### \(command.name)\n"), "\(command.name)")
      #expect(text.contains("```\n\(command.usage)\n```"), "\(command.name)")
      #expect(text.contains(command.examples.joined(separator: "\n")), "\(command.name)")
      for keyword in command.keywords {
        #expect(text.contains("| `\(keyword.name)` | "), "\(command.name) \(keyword.name)")
      }
    }
    for word in [
      "DecoupledKD", "resnet18", "fashion-mnist", "hardswish", "percentile", "qnnpack", "zero-point",
    ] {
      #expect(text.contains("| `\(word)` | "), "\(word)")
    }
    for word in [":load FILE [force]", "Ctrl-R", "130", "NO_COLOR", ".qatlab/store.db"] {
      #expect(text.contains("| `\(word)` | "), "\(word)")
    }
  }

  @Test(arguments: [
    ("train", ["the data", "a float model", "a run"], ["It leaves"]),
    ("help", ["It uses nothing", "leaves the session"], ["It makes"]),
    ("set", ["the seed", "the precision"], ["It makes"]),
    ("forget", ["names that are known"], ["It makes"]),
    ("evaluate", ["models", "--cached can serve"], ["It makes"]),
    ("model", ["a network"], ["leaves the session"]),
  ])
  func aCommandTellsWhatItUsesAndMakes(_ name: String, _ said: [String], _ unsaid: [String]) throws {
    let blocks = LanguageReference.blocks
    let start = try #require(blocks.firstIndex(of: .heading(2, name)))
    let words = try #require(
      blocks[start...].lazy.compactMap { block in
        if case .paragraph(let text) = block, text.hasPrefix("It uses") { text } else { nil }
      }.first)
    for piece in said { #expect(words.contains(piece), "\(name): \(words)") }
    for piece in unsaid { #expect(!words.contains(piece), "\(name): \(words)") }
  }

  @Test func signsThatMeanSomethingToMarkdownAreEscaped() {
    let text = ReferencePage(reference).text
    #expect(text.contains("-p \\*gives\\* a\\_value \\| \\\\n"))
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }
    // A row has as many cells as its head, which stands above the line of dashes.
    for (place, row) in rows.enumerated() where row.contains("| --- |") {
      let bars = { (row: Substring) in row.replacing("\\|", with: "").count { $0 == "|" } }
      let count = bars(rows[place - 1])
      let body = rows[(place + 1)...].prefix { bars($0) == count }
      #expect(!body.isEmpty, "\(rows[place - 1])")
    }
  }

  @Test func noLineOfTheManualIsARequestByChance() {
    let text = ReferenceManual(reference, version: "1.2").text
    #expect(text.hasPrefix(".TH QATLAB 1 \"\" \"qatlab 1.2\""))
    let requests: Set = ["TH", "SH", "SS", "PP", "TP", "B", "nf", "fi", "RS", "RE"]
    for line in text.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
      #expect(requests.contains(String(line.dropFirst().prefix { $0 != " " })), "\(line)")
    }
    #expect(text.contains("\\-p *gives* a_value | \\en"))
    #expect(text.contains(".B \"QATLAB_PAGER\""))
  }
}
