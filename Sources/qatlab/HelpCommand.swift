import ArgumentParser
import Interpreter
import Terminal
import Training

import struct Language.SourceFile

/// `qatlab help`: of the program, of one of its commands, of a word of the language, or all of it.
struct HelpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "help", abstract: "Tell of a command or a word, or write the whole reference.")

  @Argument(help: "A command of the program (run, kernel install), or a word of the language (qat, losses).")
  var words: [String] = []

  @Flag(help: "Write the whole reference in Markdown.")
  var markdown = false

  @Flag(help: "Write it as a page of the manual.")
  var man = false

  func validate() throws {
    if markdown, man { throw ValidationError("--markdown and --man write two different texts: give one.") }
    if markdown || man, !words.isEmpty {
      throw ValidationError("--markdown and --man write the whole reference, and take no words.")
    }
  }

  func run() throws {
    if markdown || man {
      let reference = Reference(program: commandLine)
      let text =
        markdown
        ? ReferencePage(reference).text
        : ReferenceManual(reference, version: QatlabCommand.version).text
      guard writeAll(text, to: 1) == 0 else { throw ExitCode(1) }
    } else if let command = Self.command(named: words) {
      _ = writeAll(QatlabCommand.helpMessage(for: command) + "\n", to: 1)
    } else {
      throw ExitCode(try tell("help " + words.joined(separator: " ")))
    }
  }

  /// The program itself for no words; nil where they name none of its commands.
  private static func command(named words: [String]) -> (any ParsableCommand.Type)? {
    var command: any ParsableCommand.Type = QatlabCommand.self
    for word in words {
      guard let next = command.configuration.subcommands.first(where: { $0._commandName == word }) else {
        return nil
      }
      command = next
    }
    return command
  }

  /// Says what the prompt would; returns the exit code.
  private func tell(_ cell: String) throws -> Int32 {
    let interpreter = try Interpreter(sessionFolder: nil)
    let screen = Screen()
    let result = interpreter.execute(cell, cancellation: Cancellation()) {
      screen.show($0, source: SourceFile(cell))
    }
    screen.finishProgress()
    return result.status == .ok ? 0 : 2
  }

  /// Every command of the program with its options.
  private var commandLine: [ReferenceBlock] {
    [.heading(1, "The program")]
      + Self.all(QatlabCommand.self, path: []).flatMap { path, command -> [ReferenceBlock] in
        [
          .heading(2, path.joined(separator: " ")),
          .code(Self.trimmed(QatlabCommand.helpMessage(for: command, columns: 80))),
        ]
      }
  }

  private static func all(
    _ command: any ParsableCommand.Type, path: [String]
  ) -> [(path: [String], command: any ParsableCommand.Type)] {
    let path = path + [command._commandName]
    return [(path, command)] + command.configuration.subcommands.flatMap { all($0, path: path) }
  }

  /// Without blanks at the ends of lines and below them.
  private static func trimmed(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
    return lines.reversed().drop { $0.isEmpty }.reversed().joined(separator: "\n")
  }
}
