import Interpreter
import Terminal
import Testing

@Suite struct EditingTests {
  private let cells = ["set seed 1", "models", "set seed 2", "set seed 2", "runs"]

  @Test func theWalkStopsAtCellsThatStartAsTheLineDid() {
    var walk = HistoryWalk()
    #expect(walk.older("set", cursor: 3, in: cells) == "set seed 2")
    #expect(walk.older("set seed 2", cursor: 10, in: cells) == "set seed 1")
    #expect(walk.older("set seed 1", cursor: 10, in: cells) == nil)
    #expect(walk.newer("set seed 1", in: cells) == "set seed 2")
    #expect(walk.newer("set seed 2", in: cells) == "set")
    #expect(walk.newer("set", in: cells) == nil)
  }

  @Test func anEmptyLineWalksThroughAllCells() {
    var walk = HistoryWalk()
    #expect(walk.older("", cursor: 0, in: cells) == "runs")
    #expect(walk.older("runs", cursor: 4, in: cells) == "set seed 2")
    #expect(walk.older("set seed 2", cursor: 10, in: cells) == "models")
  }

  @Test func aChangedLineStartsAnotherWalk() {
    var walk = HistoryWalk()
    _ = walk.older("", cursor: 0, in: cells)
    #expect(walk.older("mod", cursor: 3, in: cells) == "models")
    #expect(walk.newer("else", in: cells) == nil)
  }

  @Test(arguments: [
    ("set s", "eed 2"), ("m", "odels"), ("runs", ""), ("ev", "aluate"), ("x", ""), ("", ""),
    ("a\n", ""), ("qat s with kd(t,\n  N", "KD)"),
  ])
  func theHintIsTheRestOfTheNewestCellOrTheOnlyCandidate(_ typed: String, _ hint: String) {
    let hints = InlineHint(cells: cells + ["qat s with kd(t,\n  NKD)\nconvert"])
    let found = hints.text(after: typed) {
      (0..<typed.utf8.count, typed == "ev" ? [Completion(text: "evaluate", detail: "")] : [])
    }
    #expect(found == hint)
  }

  @Test(arguments: [
    ("set seed 1\nmodels\n", "set seed 1\nmodels"),
    ("qatlab> set seed 1\nseed 1, for runs\nqatlab> models\nname  kind\n", "set seed 1\nmodels"),
    ("\nqatlab> qat s with kd(t,\n  ( ... NKD)\nlr 1\nqatlab> \nqatlab>", "qat s with kd(t,\nNKD)"),
    ("  qatlab> :history\n   1  models\n  qatlab> models", "models"),
    ("qatlab is a prompt", "qatlab is a prompt"), ("", ""),
  ])
  func promptsAndOutputsLeaveAPastedTranscript(_ text: String, _ cells: String) {
    #expect(Transcript.withoutPrompts(text) == cells)
  }

  @Test(arguments: [
    ("qat?", "qat"), ("?losses", "losses"), (" ? kd ", "kd"), ("?", ""), ("fake-quant ?", "fake-quant"),
    ("qat", nil), ("train x # why?", nil), ("", nil), ("a b?", nil), ("kd(x)?", nil),
  ])
  func aQuestionAsksForHelpOnAWord(_ line: String, _ subject: String?) {
    #expect(HelpQuery(line)?.subject == subject)
  }

  @Test(arguments: [
    ("train mlp\nbck:tr", "train mlp"), ("\nfwd?x", ""), ("train mlp", nil), ("a\nb", nil),
  ])
  func theSearchedLineIsThatAboveThePattern(_ text: String, _ line: String?) {
    #expect(IncrementalSearch.line(of: text) == line)
  }

  @Test(arguments: [
    (":lo", [":load"]), (":h", [":help", ":history"]),
    (":time eval", ["evaluate"]), (":quit now", []),
  ])
  func linesOfThePromptsOwnCompleteToo(_ line: String, _ expected: [String]) {
    let found = CellText(line).completions(at: line.utf8.count, SessionNames()).candidates
    #expect(found.map(\.text) == expected)
  }

  @Test func helpWithAPatternPicksLinesThatHaveIt() {
    let found = HelpOverview(pattern: "histor")
    #expect(found.colonCommands.contains { $0[0] == ":history [PATTERN]" })
    #expect(found.commands.isEmpty)
    #expect(HelpOverview(pattern: "").keys.count >= 6)
  }

  @Test func aListThatDoesNotFitSaysHowManyAreMissing() {
    let menu = CompletionMenu(style: Style(colour: false, unicode: true), width: 20)
    let candidates = (10..<40).map { Completion(text: "layer\($0)", detail: "layer") }
    #expect(menu.lines(candidates, rows: 4).count == 4)
    #expect(menu.lines(candidates, rows: 4).last == "… and 24 more")
    #expect(menu.lines(candidates, rows: 15).count == 15)
    #expect(menu.lines(candidates, rows: 0).isEmpty)
    #expect(menu.lines(Array(candidates.prefix(3)), rows: 3).first == "layer10  layer")
  }
}
