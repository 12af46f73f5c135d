import Interpreter
import Language
import Notebooks
import Testing
import Text
import Training

@Suite struct NotebookOutputTests {
  private func line(_ output: Output, _ plainText: String) -> String? {
    output.notebookOutput(number: 7, plainText: plainText).map { JSONValue.object($0).line }
  }

  @Test func whatIsPrintedIsTheStreamOfTheCell() {
    #expect(line(.print("a\nb"), "a\nb") == #"{"output_type":"stream","name":"stdout","text":"a\nb\n"}"#)
  }

  @Test func aWarningIsTheOtherStreamAndAnErrorIsAnError() {
    let warning = Diagnostic(id: "w", severity: .warning, message: "m")
    #expect(
      line(.diagnostic(warning), "warning: m")
        == #"{"output_type":"stream","name":"stderr","text":"warning: m\n"}"#)
    let error = Diagnostic(id: "e", message: "m")
    #expect(
      line(.diagnostic(error), "error: m\n  x\n  ^")
        == #"{"output_type":"error","ename":"e","evalue":"m","traceback":["error: m","  x","  ^"]}"#)
  }

  @Test func aMetricWithASentenceIsTheCellsResult() {
    let metric = Output.metric(Metric("a.accuracy", 0.5, text: "a accuracy 50 %"))
    let output = metric.notebookOutput(number: 7, plainText: "a accuracy 50 %")
    #expect(output?["output_type"] == .string("execute_result"))
    #expect(output?["execution_count"] == .integer(7))
    let duration = Output.metric(Metric("a.step_ms", 5, text: "5 ms", reproducible: false))
    #expect(duration.notebookOutput(number: 7, plainText: "5 ms")?["output_type"] == .string("display_data"))
    #expect(Output.text("t").notebookOutput(number: 7, plainText: "t")?["execution_count"] == nil)
  }

  @Test func whatIsFollowedByOthersIsNoResult() {
    let metric = Output.metric(Metric("a.accuracy", 0.5, text: "a accuracy 50 %"))
    let result = metric.notebookOutput(number: 7, plainText: "a accuracy 50 %")
    let beside = result?.besideResult
    #expect(result?.isResult == true && beside?.isResult == false)
    #expect(beside?["execution_count"] == nil && beside?["data"] == result?["data"])
    let text = Output.text("t").notebookOutput(number: 7, plainText: "t")
    #expect(text?.besideResult == text)
  }

  @Test func nothingIsKeptOfProgressAndOfWhatIsNotShown() {
    #expect(line(.progress(Progress(activity: "a", done: 1, total: 2)), "") == nil)
    #expect(line(.metric(Metric("a", 1)), "") == nil)
  }

  @Test func aTableIsHTMLThatHoldsWhateverItsCellsSay() {
    let table = Table(
      title: "<t>", columns: [.init("a & b"), .init("n", .right)], texts: [["<script>", "1"], ["", ""]])
    let html = Output.table(table).mimeBundle(plainText: "x")?["text/html"]?.string
    #expect(
      html == #"<table class="qatlab-table"><caption style="text-align: left">&lt;t&gt;</caption><thead><tr>"#
        + #"<th style="text-align: left">a &amp; b</th><th style="text-align: right">n</th></tr></thead><tbody>"#
        + #"<tr><td style="text-align: left">&lt;script&gt;</td><td style="text-align: right">1</td></tr>"#
        + #"<tr><td style="text-align: left"></td><td style="text-align: right"></td></tr></tbody></table>"#)
  }

  @Test func cellsThatComeOneAtATimeRunAsThoseOfAFile() throws {
    let notebook = LiveNotebook(
      interpreter: try Interpreter(sessionFolder: nil), version: "1",
      plainText: { output, _ in
        switch output {
        case .print(let text), .drawing(let text), .text(let text), .note(let text): text
        case .measured(let words, _): words.text
        case .diagnostic(let diagnostic): diagnostic.message
        case .table, .metric, .curve, .histogram, .bars, .page, .images, .progress, .finding: "shown"
        }
      })
    let run = { (cell: String) -> (CellRecord, [String]) in
      let texts = Texts()
      let record = notebook.run(cell, number: 1, cancellation: Cancellation()) { _, shown in
        if let text = shown?["text"]?.string { texts.all.append(text) }
      }
      return (record, texts.all)
    }
    #expect(run("count = 3\nname = resnet18").0.status == .ok)
    #expect(run(#"print "$name $count""#).1 == ["resnet18 3\n"])
    // A later cell of parameters changes them, as papermill's does.
    #expect(run("count = 5").0.status == .ok)
    #expect(run(#"print "$name $count""#).1 == ["resnet18 5\n"])
    // A command that gives a name to its result is no parameter.
    #expect(run("small = convert").0.diagnostics.first?.id != nil)
    #expect(run(#"print "$small""#).0.diagnostics.map(\.id) == ["undefined-parameter"])
  }
}

private final class Texts {
  var all: [String] = []
}
