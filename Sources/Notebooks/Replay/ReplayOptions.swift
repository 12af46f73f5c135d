/// What to replay and how.
package struct ReplayOptions: Sendable {
  /// How many threads a replay computes with.
  package enum Threads: Sendable, Equatable {
    /// As many as the saved run.
    case saved
    /// As many as the process has by itself.
    case here
    case count(Int)
  }

  package var path: String
  /// Names and values that replace a notebook's defaults.
  package var parameters: [(name: String, value: String)]
  /// As they were written: `accuracy=0.01`, or a number for all values.
  package var tolerances: [String]
  package var json: Bool
  /// Writes the results of cells that differ into the file.
  package var update: Bool
  /// Runs with other seeds, whose spread is written beside the values; 0 leaves the spread that the file has.
  package var seeds: Int
  package var threads: Threads
  /// Where a JUnit report goes.
  package var junit: String?
  /// Of the program.
  package var version: String

  package init(
    path: String, parameters: [(name: String, value: String)] = [], tolerances: [String] = [],
    json: Bool = false, update: Bool = false, seeds: Int = 0, threads: Threads = .saved,
    junit: String? = nil, version: String = ""
  ) {
    self.path = path
    self.parameters = parameters
    self.tolerances = tolerances
    self.json = json
    self.update = update
    self.seeds = seeds
    self.threads = threads
    self.junit = junit
    self.version = version
  }
}
