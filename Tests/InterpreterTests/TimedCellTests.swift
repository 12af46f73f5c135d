import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// `time` before a statement, what a long run says of itself, and what a stopped one leaves to do.
@Suite(.serialized) struct TimedCellTests {
  private func timed(_ cell: String) throws -> [Metric] {
    let scene = try Scene()
    try scene.addModel("teacher", size: 12)
    scene.run("data shapes limit 64 test 32 size 12")
    let (result, _) = scene.run(cell)
    #expect(result.status == .ok, "\(result.diagnostics)")
    return result.metrics.filter { $0.name == "time.seconds" }
  }

  @Test(arguments: [
    ("time evaluate teacher", ["evaluate teacher"]),
    ("time x = train lenet5 epochs 1", ["x = train lenet5 epochs 1"]),
    ("time evaluate \\\n  teacher", ["evaluate \\ teacher"]),
    ("time models\nset\ntime runs", ["models", "runs"]),
    (
      "time model time = conv(4, 3) > relu > globalpool > fc(10)\ntime = train time epochs 1",
      [
        "model time = conv(4, 3) > relu > globalpool > fc(10)"
      ]
    ),
    ("evaluate teacher", []),
  ])
  func aTimedStatementTellsHowLongItTook(_ cell: String, _ statements: [String]) throws {
    let metrics = try timed(cell)
    #expect(metrics.map { $0.text?.split(separator: ": ", maxSplits: 1).last.map(String.init) } == statements)
    for metric in metrics {
      #expect(metric.value >= 0 && !metric.reproducible)
      #expect(metric.text?.split(separator: " ").first.flatMap { Double($0) } != nil)
    }
  }

  @Test func timeAloneNeedsAStatement() throws {
    #expect(
      try Scene().picture("time") == """
        error: time needs a statement
          time
          ^~~~
          try: time teacher = train lenet5 epochs 1
        """)
    #expect(try Scene().run("time 3").0.diagnostics.first?.message.contains("a statement") == true)
  }

  @Test func theWordLeavesTheMeaningOfItsStatement() throws {
    var (plain, timed) = (KnownNames(), KnownNames())
    let cell = "teacher = train lenet5 epochs 1"
    let footprints = (Footprint(ofProgram: cell, &plain), Footprint(ofProgram: "time " + cell, &timed))
    #expect(footprints.0.uses == footprints.1.uses && footprints.0.defines == footprints.1.defines)
    #expect(plain.models == timed.models)
    #expect(footprints.0.serving != .never && footprints.1.serving == .never)
    #expect(programText(cell) != programText("time " + cell))
  }

  @Test func evaluateAloneMeansTheNewestModel() throws {
    let scene = try Scene()
    #expect(scene.run("evaluate").0.status == .error)
    try scene.addModel("old", size: 12)
    try scene.addModel("new", size: 12)
    scene.run("data shapes limit 64 test 32 size 12")
    let result = scene.run("evaluate").0
    #expect(result.metrics.map(\.name) == ["new.accuracy", "new.loss"])
  }

  /// The work decides, so the run itself needs not be waited for.
  @Test func aLongRunSaysFirstHowLongItTakesAndHowToMakeItShorter() throws {
    let scene = try Scene()
    scene.run("data shapes limit 4000 test 100 size 28")
    let cancellation = Cancellation()
    var words: String?
    let (result, outputs) = scene.run("teacher = train resnet18 epochs 9", cancellation: cancellation) {
      guard case .metric(let metric) = $0, metric.name == "teacher.expected_seconds" else { return }
      words = metric.text
      #expect(metric.value > 0 && !metric.reproducible)
      cancellation.cancel()
    }
    #expect(result.status == .interrupted)
    #expect(!outputs.contains { if case .text(let text) = $0 { text.contains("epoch 1/9") } else { false } })
    let said = try #require(words)
    #expect(said.hasPrefix("about ") && said.contains(" for 9 epochs of 31 steps, at "))
    #expect(said.contains("shorter: data shapes limit 1000 test 100"))
    #expect(said.contains("epochs 1 or teacher = train "))
    for cell in said.split(separator: "shorter: ").last?.split(separator: ", ") ?? []
    where cell.hasPrefix("data") {
      #expect(scene.run(String(cell)).0.status == .ok, "\(cell)")
    }
  }

  @Test func aShortRunSaysNothingOfIt() throws {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32 size 12")
    let (result, _) = scene.run("teacher = train lenet5 epochs 1")
    #expect(!result.metrics.contains { $0.name.hasSuffix("expected_seconds") })
  }

  @Test func aStoppedRunNamesTheWordThatEvaluatesItsModel() throws {
    let scene = try Scene()
    scene.run("data shapes limit 256 test 32 size 12")
    let cancellation = Cancellation()
    let (result, outputs) = scene.run("m = train lenet5 epochs 50 batch 16", cancellation: cancellation) {
      if case .progress(let progress) = $0, progress.done > 2 { cancellation.cancel() }
    }
    #expect(result.status == .interrupted)
    #expect(outputs.words.contains("its accuracy was not measured; evaluate, without a name"))
    #expect(scene.run("evaluate").0.metrics.first?.name == "m.accuracy")
  }

  @Test func staleModelsAreListedByACommand() throws {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32 size 12\nmodel tiny = conv(4, 3) > relu > globalpool > fc(10)")
    scene.run("teacher = train tiny epochs 1\nqat student from teacher epochs 1")
    #expect(scene.run("stale").1.words.contains("no model is stale"))
    scene.run("teacher = train tiny epochs 1 seed 3")
    let tables = scene.run("stale").1.compactMap {
      if case .table(let table) = $0 { table.texts } else { nil }
    }
    #expect(tables == [[["student", "teacher was made again since"]]])
  }
}
