import Foundation

/// The `qatlab` program, which SwiftPM builds beside the tests.
enum Program {
  struct Ending {
    var code: Int32
    var output: String
    var errors: String
    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  /// Nil where the tests were built without it.
  static let path: String? = {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let program = tests.deletingLastPathComponent().appending(path: "qatlab").path
    return FileManager.default.isExecutableFile(atPath: program) ? program : nil
  }()

  /// The program, not yet started.
  static func process(
    _ arguments: [String], in folder: URL, environment: [String: String] = [:],
    script: String? = nil
  ) -> Process {
    let process = Process()
    let program = path ?? ""
    process.executableURL = URL(fileURLWithPath: script == nil ? program : "/bin/sh")
    process.arguments = (script.map { ["-c", $0, program] } ?? []) + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = folder
    return process
  }

  /// Runs it in a folder, with text on standard input, until it ends.
  ///
  /// `interruptingAfter`: sends SIGINT, or the `signal`, once this has been written to standard output. `environment` is added to that
  /// of the tests. `script` is what a shell runs instead, to which `"$0" "$@"` is the program with its arguments. A
  /// program that hangs is killed after `patience`: then its code is that of the signal.
  static func run(
    _ arguments: [String], in folder: URL, input: String = "", interruptingAfter text: String? = nil,
    signal: Int32 = SIGINT, environment: [String: String] = [:], script: String? = nil,
    patience: Duration = .seconds(240)
  ) throws -> Ending {
    let process = process(arguments, in: folder, environment: environment, script: script)
    let (standardInput, output) = (Pipe(), Pipe())
    let errors = folder.appending(path: "standard-error")
    try Data().write(to: errors)
    process.standardInput = standardInput
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let id = process.processIdentifier
    let watchdog = DispatchWorkItem { kill(id, SIGKILL) }
    DispatchQueue.global().asyncAfter(
      deadline: .now() + patience / .seconds(1), execute: watchdog)
    defer { watchdog.cancel() }
    try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try standardInput.fileHandleForWriting.close()
    var bytes = Data()
    var awaited = text
    while true {
      let piece = output.fileHandleForReading.availableData
      if piece.isEmpty { break }
      bytes += piece
      if let text = awaited, String(decoding: bytes, as: UTF8.self).contains(text) {
        kill(id, signal)
        awaited = nil
      }
    }
    process.waitUntilExit()
    return Ending(
      code: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }
}

/// Gives a body an empty folder, and takes it away afterwards.
func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "qatlab-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}
