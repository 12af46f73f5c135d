import Foundation
import Interpreter
import Testing

/// What the README says of the program, where it can be checked.
@Suite struct ReadmeTests {
  private let readme: String

  init() throws {
    readme = try String(contentsOf: repository.appending(path: "README.md"), encoding: .utf8)
  }

  @Test(arguments: Command.all)
  func itListsEveryCommandAsHelpDoes(command: Command) throws {
    let example = try #require(command.examples.first)
    #expect(readme.contains("| `\(command.name)` | \(command.summary) | `\(example)` |"))
  }

  @Test func itSaysWhatEveryTargetIsFor() throws {
    let targets = try FileManager.default.contentsOfDirectory(
      atPath: repository.appending(path: "Sources").path)
    let table = readme.split(separator: "\n").filter { $0.hasPrefix("| `") }.joined(separator: "\n")
    for target in targets { #expect(table.contains("`\(target)`"), "\(target)") }
  }
}
