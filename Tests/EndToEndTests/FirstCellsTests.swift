import Interpreter
import Language
import Testing
import Training

/// The three cells of a first session, exactly as they are taught.
@Suite(.serialized) struct FirstCellsTests {
  private static let cells = [
    "teacher = train resnet18", "qat student with kd(teacher, DecoupledKD, 0.5)", "convert",
  ]

  private func run(
    _ source: String, in interpreter: Interpreter, cancellation: Cancellation = Cancellation(),
    listen: (Output) -> Void = { _ in }
  ) -> (CellResult, words: String) {
    var words: [String] = []
    let result = interpreter.execute(source, cancellation: cancellation) { output in
      switch output {
      case .text(let text), .drawing(let text), .note(let text): words.append(text)
      case .measured(let measured, _): words.append(measured.text)
      case .print, .table, .metric, .curve, .histogram, .bars, .page, .images, .progress, .diagnostic,
        .finding:
        break
      }
      listen(output)
    }
    return (result, words.joined(separator: "\n"))
  }

  @Test func withoutDataAnewSessionTakesFashionMNISTAndSaysSo() throws {
    let cancellation = Cancellation()
    let (result, words) = run(
      Self.cells[0], in: try Interpreter(sessionFolder: nil), cancellation: cancellation
    ) { output in
      // One step shows that all was found and fits; three epochs of 60,000 images would take minutes.
      if case .progress(let progress) = output, progress.stage?.hasPrefix("epoch") == true {
        cancellation.cancel()
      }
    }
    #expect(result.diagnostics.map(\.message) == [])
    #expect(result.status == .interrupted)
    #expect(words.contains("no data chosen: using fashion-mnist"))
    #expect(words.contains("teacher: resnet18 with fresh weights, 11.18 M parameters"))
    #expect(words.contains("settings: epochs 3, batch 128, lr 0.003, schedule one-cycle"))
    #expect(words.contains("teacher keeps what it learned"))
  }

  @Test func theyLeadToAnIntegerModel() throws {
    let interpreter = try Interpreter(sessionFolder: nil)
    #expect(run("data fashion-mnist limit 256 test 256", in: interpreter).0.status == .ok)
    var values: [String: Double] = [:]
    for cell in Self.cells {
      let (result, _) = run(cell, in: interpreter)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics.map(\.message))")
      for metric in result.metrics { values[metric.name] = metric.value }
    }
    #expect(values["teacher.epochs"] == 3)
    #expect(values["student.epochs"] == 2)
    let floatSize = try #require(values["teacher.size_bytes"])
    let integerSize = try #require(values["student-int8.size_bytes"])
    #expect(integerSize < 0.27 * floatSize)
    #expect(values["student-int8.accuracy"] == values["student.int8_accuracy"])
    #expect(try #require(values["student.agreement"]) >= 0.95)
  }
}
