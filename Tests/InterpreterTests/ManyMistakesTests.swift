import Interpreter
import Language
import Testing

/// Cells with thousands of mistakes: the first are told, the others counted.
@Suite struct ManyMistakesTests {
  private static let count = 20_000

  @Test(arguments: [
    "trian resnet18", "@ x", "train resnet18 epochs 0", "evaluate 7", "evaluate techer", "show )",
  ])
  func ofWrongLinesTheFirstAreTold(_ line: String) throws {
    let (result, outputs) = try Scene().run(String(repeating: line + "\n", count: Self.count))
    #expect(result.status == .error)
    #expect(outputs.count == result.diagnostics.count)
    // A statement that was not found leaves what follows in doubt.
    guard line != "evaluate techer" else { return #expect(result.diagnostics.count == 21) }
    #expect(result.diagnostics.count == 21)
    #expect(result.diagnostics.last?.message == "19,980 more problems are not shown", "\(line)")
    let lines = result.diagnostics.prefix(20).compactMap(\.range?.lowerBound)
    #expect(lines == lines.sorted() && Set(lines).count == 20)
  }

  @Test func mistakesOfReadingAndOfBindingAreCountedTogether() throws {
    let cell =
      String(repeating: "evaluate 7\n", count: 15) + "set\n" + String(repeating: "@\n", count: 30)
    let (result, _) = try Scene().run(cell)
    #expect(result.diagnostics.count == 21)
    #expect(result.diagnostics.last?.message == "25 more problems are not shown")
    #expect(Set(result.diagnostics.map(\.id)).count == 3)
  }

  @Test func aLongListIsRead() throws {
    let numbers = (0..<50_000).map(String.init).joined(separator: ", ")
    let (result, _) = try Scene().run("data \"nowhere\" classes \(numbers)")
    #expect(result.diagnostics.count == 1)
  }
}
