/// What to replay and how.
package struct ReplayOptions: Sendable {
  package var path: String
  /// Names and values that replace a notebook's defaults.
  package var parameters: [(name: String, value: String)]
  /// As they were written: `accuracy=0.01`, or a number for all values.
  package var tolerances: [String]
  package var json: Bool
  /// Writes the results of cells that differ into the file.
  package var update: Bool
  /// Where a JUnit report goes.
  package var junit: String?
  /// Of the program.
  package var version: String

  package init(
    path: String, parameters: [(name: String, value: String)] = [], tolerances: [String] = [],
    json: Bool = false, update: Bool = false, junit: String? = nil, version: String = ""
  ) {
    self.path = path
    self.parameters = parameters
    self.tolerances = tolerances
    self.json = json
    self.update = update
    self.junit = junit
    self.version = version
  }
}
