import Foundation
import Testing

/// The program as other programs use it: arguments, pipes, lines of JSON and exit codes.
@Suite(.serialized, .enabled(if: Program.path != nil, "qatlab is built beside the tests"))
struct ProgramTests {
  private static let lesson = """
    # %% tags=["parameters"]
    limit = 256
    # %%
    data shapes limit $limit test 64 size 12
    model tiny = conv(8, 3) > bn > relu > pool(2) > fc(10)
    # %%
    teacher = train tiny epochs 1
    qat student with kd(teacher) epochs 1
    convert
    # %% tags=["raises-exception"]
    evaluate techer
    # %%
    compare
    """

  private func lines(of ending: Program.Ending) throws -> [[String: Any]] {
    try ending.lines.map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  /// What `set` shows as the seed of the session that a folder keeps.
  private func seed(in folder: URL) throws -> String? {
    let lines = try Program.run([], in: folder, input: "set").lines
    return lines.first { $0.hasPrefix("seed ") }?.split(separator: " ").last.map(String.init)
  }

  @Test func eachCellIsOneLineOfJSON() throws {
    try withFolder { folder in
      try Data(Self.lesson.utf8).write(to: folder.appending(path: "lesson.qat"))
      let ending = try Program.run(["run", "lesson.qat", "--json", "-p", "limit=128"], in: folder)
      #expect(ending.code == 0)
      let cells = try lines(of: ending)
      #expect(cells.compactMap { $0["cell"] as? Int } == [1, 2, 3, 4, 5])
      #expect(cells.compactMap { $0["status"] as? String } == ["ok", "ok", "ok", "error", "ok"])
      let keys: Set = ["cell", "source", "status", "seconds", "values", "outputs"]
      for cell in cells where cell["status"] as? String == "ok" { #expect(Set(cell.keys) == keys) }
      #expect((cells[1]["source"] as? String)?.hasPrefix("data shapes limit 128 test 64") == true)

      let values = try #require(cells[2]["values"] as? [String: Double])
      let integer = try #require(values["student.int8_accuracy"])
      #expect((0...1).contains(integer))
      for name in ["accuracy", "loss", "size_bytes", "step_ms", "epochs"] {
        #expect(values["teacher." + name] != nil, "\(name)")
      }
      for name in ["fake_quant_accuracy", "agreement", "kd_loss", "task_loss"] {
        #expect(values["student." + name] != nil, "\(name)")
      }
      let compared = try #require(cells[4]["values"] as? [String: Double])
      #expect(compared["student-int8.accuracy"] == integer)
      #expect(compared["teacher.speedup"] == 1)
      #expect(compared["teacher.latency_ms"] != nil && compared["teacher.throughput"] != nil)
    }
  }

  @Test func aFailedCellCarriesItsDiagnosticAndEndsTheRun() throws {
    try withFolder { folder in
      let text = "# %%\nmodel tiny = fc(10)\nevaluate techer\n# %%\nmodels\n"
      try Data(text.utf8).write(to: folder.appending(path: "bad.qat"))
      let ending = try Program.run(["run", "bad.qat", "--json"], in: folder)
      #expect(ending.code == 1)
      let cells = try lines(of: ending)
      #expect(cells.count == 1)
      let list = try #require(cells.first?["diagnostics"] as? [[String: Any]])
      let diagnostic = try #require(list.first)
      #expect(
        Set(diagnostic.keys)
          == ["id", "severity", "message", "line", "column", "length", "suggestion"])
      #expect(diagnostic["id"] as? String == "unknown-model")
      #expect(diagnostic["severity"] as? String == "error")
      #expect(diagnostic["line"] as? Int == 2)
      #expect(diagnostic["column"] as? Int == 10)
      #expect(diagnostic["length"] as? Int == 6)
    }
  }

  @Test(arguments: [
    ["run"], ["run", "missing.qat"], ["run", "notes.txt"], ["--frobnicate"], ["run", "a.qat", "-p", "x"],
    ["run", "a.qat", "-p", "x=1"], ["run", "a.qat", "--in-place"],
  ])
  func wrongUseEndsWithTwo(arguments: [String]) throws {
    try withFolder { folder in
      for name in ["notes.txt", "a.qat"] { try Data().write(to: folder.appending(path: name)) }
      let ending = try Program.run(arguments, in: folder)
      #expect(ending.code == 2)
      #expect(!ending.errors.isEmpty)
      #expect(ending.output.isEmpty)
    }
  }

  @Test func aPipeIsReadToItsEndWithoutAPrompt() throws {
    try withFolder { folder in
      let ending = try Program.run([], in: folder, input: "data shapes limit 64 test 32\nset seed 7\nset")
      #expect(ending.code == 0)
      #expect(ending.errors.isEmpty)
      #expect(ending.output.hasPrefix("shapes limit 64 test 32: 64 training and 32 test images"))
      #expect(!ending.output.contains("\u{1B}") && !ending.output.contains("qatlab>"))
      // The session is kept in the folder.
      #expect(try seed(in: folder) == "7")
    }
  }

  @Test func aPipeStopsAtTheFirstErrorAndShowsItsPlace() throws {
    try withFolder { folder in
      let ending = try Program.run([], in: folder, input: "set seed 7\ntrian lenet5\nset seed 8\n")
      #expect(ending.code == 1)
      #expect(ending.errors.contains("  trian lenet5\n  ^~~~~ did you mean \"train\"?"))
      #expect(ending.errors.contains("in line 2 of standard input"))
      #expect(try seed(in: folder) == "7")
    }
  }

  @Test func anInterruptEndsTheCellAndTheProgramWith130() throws {
    try withFolder { folder in
      let input = """
        data shapes limit 2000 test 64
        model tiny = conv(16, 3) > relu > conv(16, 3) > relu > fc(10)
        teacher = train tiny epochs 300
        set seed 5

        """
      let ending = try Program.run([], in: folder, input: input, interruptingAfter: "epoch 1/300")
      #expect(ending.code == 130)
      #expect(ending.output.contains("teacher keeps what it learned"))
      #expect(!ending.output.contains("epoch 300/300"))
      let models = try Program.run([], in: folder, input: "models")
      #expect(models.output.contains("teacher"))
      // The statement after the one that was stopped did not run.
      #expect(try seed(in: folder) == "0")
    }
  }
}
