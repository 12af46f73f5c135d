import ArgumentParser
import Foundation
import Glibc
import Interpreter
import Notebooks
import Terminal

/// `qatlab`: without a sub-command the REPL, or statements from a pipe.
struct QatlabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "qatlab",
    abstract: "Train a network, quantize it with a teacher's help, and see why it works.",
    discussion: """
      Alone it opens a prompt; where standard input is no terminal it runs the statements on it, and -c those that \
      follow it.
      Exit codes: 0 fine, 1 a cell failed, 2 wrong use, 3 a replay differs, 130 interrupted.
      """,
    version: "qatlab \(version)",
    subcommands: [
      RunCommand.self, ReplayCommand.self, ConvertCommand.self, KernelCommand.self, BenchCommand.self,
      HelpCommand.self,
    ])

  static let version = programVersion

  @Option(
    help: ArgumentHelp("The folder that keeps models and history. (default: .qatlab)", valueName: "dir"))
  var session: String?

  @Flag(help: "Don't run ~/.config/qatlab/rc.qat when the prompt opens.")
  var norc = false

  @Option(
    name: [.customShort("c"), .customLong("cells")],
    help: ArgumentHelp("Run these cells, one statement a line, and leave.", valueName: "cells"))
  var cells: String?

  @Flag(
    help: "With -c or cells from a pipe: print one JSON object a line for each statement, and nothing else.")
  var json = false

  func validate() throws {
    try validateSession(session)
  }

  func run() throws {
    if json, cells == nil, isatty(STDIN_FILENO) == 1 {
      throw ValidationError("--json needs cells: after -c, or from a pipe (qatlab --json < lesson.qat).")
    }
    let interpreter = try openSessionOrLeave(session ?? ".qatlab")
    if cells != nil || json {
      throw ExitCode(runBatch(interpreter: interpreter, program: cells, json: json))
    }
    let isInteractive = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    let greeting = "qatlab \(Self.version): help lists the commands, :help the keys, :quit leaves"
    throw ExitCode(
      isInteractive
        ? runREPL(
          interpreter: interpreter, version: Self.version, greeting: greeting, readsStartFile: !norc)
        : runBatch(interpreter: interpreter))
  }
}

/// `qatlab run FILE`.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the cells of a notebook (.ipynb or .qat) in order.",
    discussion: "It starts from a fresh session in memory, or from the one that --session names.")

  @Argument(
    help: "The notebook; - reads it from standard input.", completion: .file(extensions: ["ipynb", "qat"]))
  var file: String

  @Option(
    name: [.customShort("p"), .customLong("parameter")],
    help: ArgumentHelp("Give a parameter of the notebook another value.", valueName: "name=value"))
  var parameters: [ParameterArgument] = []

  @Flag(help: "Print one JSON object a line for each code cell, and nothing else.")
  var json = false

  @Flag(name: .customLong("in-place"), help: "Write the outputs into the file.")
  var inPlace = false

  @Option(help: ArgumentHelp("The folder that keeps models and history.", valueName: "dir"))
  var session: String?

  @ParentCommand var program: QatlabCommand

  func validate() throws {
    try validateSession(session)
    if file == "-", inPlace {
      throw ValidationError(
        "--in-place needs the name of a file: outputs can't be written into standard input.")
    }
  }

  func run() throws {
    // Ctrl-C ends the program while it waits for its input.
    let input = file == "-" ? FileHandle.standardInput.readDataToEndOfFile() : nil
    prepareSignals()
    var options = NotebookOptions(
      path: file, parameters: parameters.map { ($0.name, $0.value) }, json: json || program.json,
      inPlace: inPlace,
      version: QatlabCommand.version, keepsResults: (session ?? program.session) != nil)
    options.input = input.map(Array.init)
    throw ExitCode(showNotebook(options, session: session ?? program.session))
  }
}

/// `name=value`.
struct ParameterArgument: ExpressibleByArgument {
  var name: String
  var value: String

  init?(argument: String) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
    name = String(argument[..<equals])
    value = String(argument[argument.index(after: equals)...])
  }
}

func validateSession(_ path: String?) throws {
  if path?.isEmpty ?? false {
    throw ValidationError("--session needs the name of a folder; without it \".qatlab\" is used.")
  }
}
