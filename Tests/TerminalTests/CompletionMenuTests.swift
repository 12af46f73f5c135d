import Interpreter
import Terminal
import Testing
import Text

@Suite struct CompletionMenuTests {
  private func candidates(_ texts: [String]) -> [Completion] {
    texts.map { Completion(text: $0, detail: "command") }
  }

  @Test(
    arguments: [
      ("x", [], CompletionMenu.Step.nothing),
      ("te", ["teacher"], .insert("teacher ")),
      ("k", ["kd("], .insert("kd(")),
      ("t", ["train", "trail"], .insert("trai")),
      ("trai", ["train", "trail"], .list),
      ("", ["train", "convert"], .list),
    ] as [(String, [String], CompletionMenu.Step)])
  func tabInsertsWhatIsSureAndListsTheRest(_ typed: String, _ texts: [String], _ step: CompletionMenu.Step) {
    #expect(CompletionMenu.step(typed: typed, candidates: candidates(texts)) == step)
  }

  private let style = Style(colour: false, unicode: true)

  @Test func fewCandidatesStandWithTheirDetails() {
    let menu = CompletionMenu(style: style, width: 40)
    let long = Completion(text: "student", detail: "model, resnet18, fake-quantized with x86")
    #expect(
      menu.lines(candidates(["kd"]) + [long]) == [
        "kd       command", "student  model, resnet18, fake-quantize…",
      ])
  }

  @Test func manyCandidatesStandInColumnsDownwards() {
    let menu = CompletionMenu(style: style, width: 39)
    let names = (10..<30).map { "layer\($0)" }
    let lines = menu.lines(candidates(names))
    #expect(lines.count == 5)
    #expect(lines[0] == "layer10  layer15  layer20  layer25")
    #expect(lines[4] == "layer14  layer19  layer24  layer29")
  }

  @Test(arguments: [1, 10, 39, 79])
  func noLineIsWiderThanTheTerminal(_ width: Int) {
    let menu = CompletionMenu(style: style, width: width)
    let many = candidates((0..<300).map { "a.long.path.into.a.model\($0)" })
    #expect(menu.lines(many).dropLast().allSatisfy { displayWidth($0) <= width })
    #expect(menu.lines(many).last == "… and 180 more")
  }

  @Test(arguments: [
    ("( is open", "  ( ... "), ("[ is open", "  [ ... "), ("after ,", "  , ... "), ("after >", "  . ... "),
    ("after \\", "  \\ ... "), ("a string is open", "  \" ... "),
  ])
  func theContinuationPromptTellsWhy(_ reason: String, _ shown: String) {
    let prompt = Prompt.continuation(reason: reason)
    #expect(prompt == shown)
    #expect(!prompt.contains(">"), "it could be read as a chain that goes on")
    #expect(displayWidth(prompt) == displayWidth(Prompt.first))
  }
}
