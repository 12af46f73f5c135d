import ArgumentParser
import Glibc
import Notebooks
import Terminal

/// `qatlab replay FILE`.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Run a notebook and compare every result with the saved one.",
    discussion: """
      Cells run in order in a fresh session in memory, with as many threads as the saved run had; the typed values of \
      their outputs are compared: to the last bit where version, oneDNN, instructions and threads are those of the \
      saved results, else each by its own spread, which chance on the test images and runs with other seeds tell. \
      Durations and speeds are never compared. Exit codes: 0 all the same, 1 a cell failed, 2 wrong use, 3 a result \
      differs, 130 interrupted.
      """)

  @Argument(help: "The notebook.", completion: .file(extensions: ["ipynb"]))
  var file: String

  @Option(
    name: [.customShort("p"), .customLong("parameter")],
    help: ArgumentHelp("Give a parameter of the notebook another value.", valueName: "name=value"))
  var parameters: [ParameterArgument] = []

  @Option(
    help: ArgumentHelp(
      "Accept this difference: of one value (accuracy=0.01), or of all (0.001).", valueName: "name=number"))
  var tolerance: [String] = []

  @Flag(help: "Print one JSON object a line for each code cell and one for the whole, and nothing else.")
  var json = false

  @Option(help: ArgumentHelp("Write a JUnit report.", valueName: "file"))
  var junit: String?

  @Flag(help: "Write the results that aren't the same into the file.")
  var update = false

  @Option(
    help: ArgumentHelp(
      "With --update: run the notebook with so many other seeds, too, and write how far each value lies apart.",
      valueName: "number"))
  var seeds: Int?

  @Option(
    help: ArgumentHelp(
      "Threads to compute with: a number, or \"here\" for as many as run. (default: those of the saved run)",
      valueName: "number"))
  var threads: ThreadsArgument?

  @Flag(help: "Serve cells that haven't changed from the session that --session names, and say so.")
  var cached = false

  @Option(help: ArgumentHelp("The session in which the notebook was run, for --cached.", valueName: "dir"))
  var session: String?

  @ParentCommand var program: QatlabCommand

  func validate() throws {
    try validateSession(session)
    let named = session ?? program.session
    if cached, named == nil {
      throw ValidationError("--cached needs --session: the session in which the notebook was run.")
    }
    if !cached, named != nil {
      throw ValidationError("A replay has a session of its own; with --cached, --session serves results.")
    }
    if let seeds {
      guard (2...99).contains(seeds) else {
        throw ValidationError("--seeds takes a number from 2 to 99: fewer runs tell no deviation.")
      }
      guard update else {
        throw ValidationError("--seeds needs --update: the spread that it finds is written into the file.")
      }
    }
    if let named, access(named + "/store.db", R_OK) != 0 {
      throw ValidationError("There is no session in \"\(named)\"; qatlab run --session makes one.")
    }
  }

  func run() throws {
    prepareSignals()
    var options = ReplayOptions(
      path: file, parameters: parameters.map { ($0.name, $0.value) }, json: json || program.json,
      update: update,
      junit: junit,
      version: QatlabCommand.version)
    options.tolerances = tolerance
    options.seeds = seeds ?? 0
    options.threads = threads?.choice ?? .saved
    throw ExitCode(showReplay(options, served: session ?? program.session))
  }
}

/// `here`, or a number of threads.
struct ThreadsArgument: ExpressibleByArgument {
  var choice: ReplayOptions.Threads

  init?(argument: String) {
    if argument == "here" {
      choice = .here
    } else if let count = Int(argument), (1...256).contains(count) {
      choice = .count(count)
    } else {
      return nil
    }
  }
}
