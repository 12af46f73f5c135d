import ArgumentParser
import Glibc
import JupyterKernel
import Terminal

/// `qatlab kernel`: serves a Jupyter client, or is made known to Jupyter.
struct KernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernel", abstract: "Run cells in JupyterLab and other Jupyter clients.",
    discussion: """
      "qatlab kernel install" makes the kernel known to Jupyter, which then starts it with --connection-file.
      Models and history are kept in .qatlab beside the notebook, or in the folder that --session names.
      """,
    subcommands: [
      ServeKernelCommand.self, InstallKernelCommand.self, ListKernelsCommand.self, RemoveKernelCommand.self,
    ], defaultSubcommand: ServeKernelCommand.self)

  @ParentCommand var program: QatlabCommand
}

/// `qatlab kernel --connection-file FILE`, as Jupyter starts it.
struct ServeKernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the cells of a client, which Jupyter starts it for. (default)")

  @Option(
    name: .customLong("connection-file"),
    help: ArgumentHelp("The file in which Jupyter says where the kernel is reached.", valueName: "file"))
  var connectionFile: String?

  @Option(help: ArgumentHelp("The folder that keeps models and history.", valueName: "dir"))
  var session: String?

  @Argument(
    help: ArgumentHelp("Words that clients add, such as the files of jupyter run.", visibility: .hidden))
  var surplus: [String] = []

  @ParentCommand var kernel: KernelCommand

  func validate() throws { try validateSession(session) }

  func run() throws {
    guard let connectionFile else {
      if let word = surplus.first {
        throw ValidationError("There is no \"qatlab kernel \(word)\": there are install, list and remove.")
      }
      throw ValidationError(
        "A kernel is started by Jupyter with --connection-file; \"qatlab kernel install\" makes it known there."
      )
    }
    let file = OutputPainter(style: .file, width: 100)
    let line = ProgressLine(style: .file, width: 100)
    let files = FileCandidates(closing: "\"")
    let painting = KernelPainting(
      plainText: { file.lines($0, source: $1).joined(separator: "\n") }, progressLine: { line.text($0) },
      files: { files.list($0) })
    let options = KernelOptions(
      connectionFile: connectionFile, session: session ?? kernel.program.session,
      version: QatlabCommand.version)
    do throws(ConnectionError) {
      try runKernel(
        options, painting: painting, environment: environmentVariable, workingFolder: workingFolder)
    } catch {
      writeProblem(error.diagnostic(systemMessage: systemMessage))
      throw ExitCode(1)
    }
  }

  private var workingFolder: String {
    guard let path = getcwd(nil, 0) else { return "." }
    defer { free(path) }
    return String(cString: path)
  }
}

/// Where `install` puts the kernel and `remove` takes it from.
struct KernelPlaceOptions: ParsableArguments {
  @Flag(help: "The user's own folder. (default)")
  var user = false

  @Option(help: ArgumentHelp("A prefix such as /usr/local.", valueName: "dir"))
  var prefix: String?

  @Flag(name: .customLong("sys-prefix"), help: "The Python environment that is active.")
  var sysPrefix = false

  func validate() throws {
    guard [user, prefix != nil, sysPrefix].count(where: { $0 }) <= 1 else {
      throw ValidationError("--user, --prefix and --sys-prefix name different places: give one of them.")
    }
    if prefix?.isEmpty ?? false { throw ValidationError("--prefix needs the name of a folder.") }
  }

  func folder() throws -> String {
    let place: KernelPlace = prefix.map { .prefix($0) } ?? (sysPrefix ? .environment : .user)
    return try tellingProblems { () throws(InstallError) in try place.folder(environmentVariable) }
  }
}

/// `qatlab kernel install`.
struct InstallKernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "install", abstract: "Make the kernel known to Jupyter.")

  @OptionGroup var place: KernelPlaceOptions

  func run() throws {
    let folder = try place.folder()
    guard let path = realpath("/proc/self/exe", nil) else { throw ExitCode(1) }
    defer { free(path) }
    let spec = KernelSpec(program: String(cString: path))
    try tellingProblems { () throws(InstallError) in try install(spec, in: folder) }
    _ = writeAll("installed in \(folder)\n", to: 1)
  }
}

/// `qatlab kernel list`.
struct ListKernelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List where the kernel is installed, and the program that each starts.")

  func run() throws {
    let kernels = searchedFolders(environmentVariable).compactMap(installedKernel)
    let lines = kernels.map { kernel in
      "\(kernel.folder)  starts \(kernel.program)" + (kernel.isRunnable ? "" : ", which isn't there")
    }
    let text = lines.isEmpty ? ["the kernel isn't installed; try: qatlab kernel install"] : lines
    _ = writeAll(text.joined(separator: "\n") + "\n", to: 1)
  }
}

/// `qatlab kernel remove`.
struct RemoveKernelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take the kernel out of Jupyter.")

  @OptionGroup var place: KernelPlaceOptions

  func run() throws {
    let folder = try place.folder()
    try tellingProblems { () throws(InstallError) in try removeKernel(from: folder) }
    _ = writeAll("removed from \(folder)\n", to: 1)
  }
}

private func tellingProblems<Result>(_ body: () throws(InstallError) -> Result) throws -> Result {
  do throws(InstallError) {
    return try body()
  } catch {
    writeProblem(error.diagnostic)
    throw ExitCode(error.exitCode)
  }
}
