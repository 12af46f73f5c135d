import Foundation
import Testing

/// What the README says of the program, where it can be checked.
@Suite struct ReadmeTests {
  private let readme: String

  init() throws {
    readme = try String(contentsOf: repository.appending(path: "README.md"), encoding: .utf8)
  }

  @Test func itStaysAFrontDoor() {
    #expect(readme.split(separator: "\n", omittingEmptySubsequences: false).count < 250)
  }

  @Test func everyPageAndPictureThatItNamesIsThere() throws {
    let links = readme.matches(of: /\]\(([a-zA-Z][a-zA-Z0-9\/._-]*)\)/).map { String($0.1) }
    #expect(links.count > 5)
    for link in links {
      #expect(FileManager.default.fileExists(atPath: repository.appending(path: link).path), "\(link)")
    }
  }

  @Test func itSaysWhatEveryTargetIsFor() throws {
    let targets = try FileManager.default.contentsOfDirectory(
      atPath: repository.appending(path: "Sources").path)
    let table = readme.split(separator: "\n").filter { $0.hasPrefix("| `") }.joined(separator: "\n")
    for target in targets { #expect(table.contains("`\(target)`"), "\(target)") }
  }
}
