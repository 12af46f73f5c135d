import Interpreter
import Language
import Testing

/// The finding that a teacher's term leaves the task no say.
@Suite struct OverwhelmingTermTests {
  /// The finding of a run with these terms, and the cell's text.
  private func finding(_ terms: String) throws -> (Diagnostic?, cell: String) {
    let scene = try Scene()
    let start = scene.run("data shapes limit 128 test 64\nteacher = train lenet5 epochs 1 batch 32")
    #expect(start.0.status == .ok)
    let cell = "student = distill lenet5 with \(terms) epochs 1 batch 32"
    let (result, outputs) = scene.run(cell)
    #expect(result.status == .ok, "\(terms)")
    let found = outputs.findings.first { $0.id == "overwhelming-term" }
    // It has a place in the cell, and so is a diagnostic too.
    #expect(result.diagnostics.first { $0.id == "overwhelming-term" } == found?.diagnostic)
    if let found { #expect(scene.run(try #require(found.cell)).0.status == .ok) }
    return (found?.diagnostic, cell)
  }

  @Test(arguments: [
    (
      "kd(teacher, DecoupledKD(beta: 1000), 0.5, scale: paper)", "DecoupledKD(beta: 1000)",
      "scale: balanced"
    ),
    (
      "kd(teacher, SoftTarget, 0.1), kd(teacher, FitNet(scale: 1e6), 0.5)", "FitNet(scale: 1e6)",
      "its scale"
    ),
  ])
  func aTermThatDrownsTheTaskIsToldWithBothGradientsNorms(
    terms: String, loss: String, remedy: String
  ) throws {
    let (found, cell) = try finding(terms)
    let diagnostic = try #require(found)
    #expect(diagnostic.severity == .warning)
    let range = try #require(diagnostic.range)
    let marked = cell.utf8.dropFirst(range.lowerBound).prefix(range.upperBound - range.lowerBound)
    #expect(String(marked) == loss)
    #expect(diagnostic.notes.first?.contains(remedy) == true)
    let numbers = diagnostic.message.split { " ,:".contains($0) }.compactMap { Double($0) }
    try #require(numbers.count == 3)
    let (own, task, ratio) = (numbers[0], numbers[1], numbers[2])
    #expect(task > 0 && ratio > 10)
    // Each is told in three digits.
    #expect(abs(own / task / ratio - 1) < 0.02)
  }

  @Test(arguments: [
    "kd(teacher, DecoupledKD(beta: 1000), 0.5)", "kd(teacher, SoftTarget(T: 1), 0.1, scale: paper)",
  ])
  func aTermInProportionIsNotFound(terms: String) throws {
    #expect(try finding(terms).0 == nil)
  }
}
