import Foundation
import Glibc
import Testing

/// Runs of the program that are killed, or asked to end, and go on in another process.
@Suite(.serialized, .enabled(if: Program.path != nil, "qatlab is built beside the tests"))
struct ResumeTests {
  static let beginning = """
    data shapes limit 1000 test 128 size 12
    model tiny = conv(8, 3) > bn > relu > dropout(0.2) > pool(2) > fc(10)
    teacher = train tiny epochs 1 batch 64 seed 3

    """

  static let cells = [
    "t = train tiny epochs 30 batch 32", "qat s with kd(teacher, DecoupledKD, 0.5) epochs 30 batch 32",
    "qat s from teacher scheme lsq ladder(8, 6, 4) epochs 30 batch 32",
  ]

  /// Hashes of all weights that a session keeps, which are the names of their files.
  private func weights(_ folder: URL) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: ".qatlab/objects").path))
  }

  /// The curves of the last run, as JSON.
  private func curves(_ folder: URL) throws -> String {
    let ending = try Program.run(["--json"], in: folder, input: "show run\n")
    let line = try #require(ending.lines.last)
    let cell = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    let outputs = try #require(cell["outputs"] as? [[String: Any]])
    // Without their titles, which have the run's number.
    let curves = outputs.compactMap { $0["series"] }
    #expect(!curves.isEmpty)
    let bytes = try JSONSerialization.data(withJSONObject: curves, options: .sortedKeys)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A session that ran all its cells without a stop.
  private func whole(_ cell: String, in folder: URL) throws -> (weights: Set<String>, curves: String) {
    let ending = try Program.run([], in: folder, input: Self.beginning + cell + "\n")
    #expect(ending.code == 0, "\(ending.errors)")
    return (try weights(folder), try curves(folder))
  }

  @Test(arguments: cells, [SIGKILL, SIGTERM, SIGHUP])
  func aProcessThatIsKilledOrAskedToEndLosesNothing(_ cell: String, _ signal: Int32) throws {
    try withFolder { first in
      let whole = try whole(cell, in: first)
      // Where this process was started to outlive its terminal, those that it starts would, too.
      if signal == SIGHUP { Glibc.signal(SIGHUP, SIG_DFL) }
      for epoch in [12, 24] {
        try withFolder { folder in
          let stopped = try Program.run(
            [], in: folder, input: "set checkpoint 0.001 min\n" + Self.beginning + cell + "\n",
            interruptingAfter: "epoch \(epoch)/30", signal: signal)
          #expect(stopped.code == (signal == SIGKILL ? SIGKILL : 130), "\(stopped.errors)")
          let resumed = try Program.run([], in: folder, input: "runs\nresume\n")
          #expect(resumed.code == 0, "\(resumed.errors)")
          #expect(resumed.output.contains("resume goes on with it"))
          #expect(resumed.output.contains("interrupted"))
          // What a run that was asked to end had come to is kept beside.
          #expect(try weights(folder).isSuperset(of: whole.weights))
          if signal == SIGKILL { #expect(try weights(folder) == whole.weights) }
          #expect(try curves(folder) == whole.curves)
          #expect(
            try FileManager.default.contentsOfDirectory(
              atPath: folder.appending(path: ".qatlab/checkpoints").path
            ).isEmpty)
        }
      }
    }
  }

  /// Killed at several moments, again and again, a run comes to its end as long as one process lives long enough.
  @Test func aRunThatIsKilledAgainAndAgainEndsInTheSameBits() throws {
    let cell = Self.cells[1]
    try withFolder { first in
      let whole = try whole(cell, in: first)
      try withFolder { folder in
        var input = "set checkpoint 0.001 min\n" + Self.beginning + cell + "\n"
        for moment in [0.9, 0.35, 0.62, 0.48, 0.8, 0.55] {
          let process = Program.process([], in: folder)
          let pipe = Pipe()
          process.standardInput = pipe
          process.standardOutput = FileHandle.nullDevice
          process.standardError = FileHandle.nullDevice
          try process.run()
          try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
          try pipe.fileHandleForWriting.close()
          Thread.sleep(forTimeInterval: moment)
          kill(process.processIdentifier, SIGKILL)
          process.waitUntilExit()
          // Until the run has begun there is nothing to go on with.
          let known = try Program.run([], in: folder, input: "runs\n")
          #expect(known.code == 0, "\(known.errors)")
          if known.output.contains("qat of s") { input = "resume\n" }
        }
        let last = try Program.run([], in: folder, input: input)
        #expect(
          last.code == 0 || last.errors.contains("no run of this session was stopped"), "\(last.errors)")
        #expect(try weights(folder) == whole.weights)
        #expect(try curves(folder) == whole.curves)
      }
    }
  }

  @Test func anotherMachineIsSaidAndTakesAnyway() throws {
    try withFolder { folder in
      let stopped = try Program.run(
        [], in: folder, input: Self.beginning + Self.cells[0] + "\n", interruptingAfter: "epoch 12/30")
      #expect(stopped.code == 130)
      let isa = ["ONEDNN_MAX_CPU_ISA": "SSE41", "DNNL_MAX_CPU_ISA": "SSE41"]
      let refused = try Program.run([], in: folder, input: "resume\n", environment: isa)
      #expect(refused.code == 1)
      #expect(refused.errors.contains("oneDNN's instruction set was") && refused.errors.contains("anyway"))
      let resumed = try Program.run([], in: folder, input: "resume t anyway\n", environment: isa)
      #expect(resumed.code == 0, "\(resumed.errors)")
      #expect(resumed.output.contains("it goes on all the same"))
    }
  }

  @Test func anotherThreadCountOfTheProcessIsNoDifference() throws {
    try withFolder { first in
      let cell = "t = train tiny epochs 30 batch 32"
      let one = ["OMP_NUM_THREADS": "1"]
      let ending = try Program.run([], in: first, input: Self.beginning + cell + "\n", environment: one)
      #expect(ending.code == 0)
      try withFolder { folder in
        _ = try Program.run(
          [], in: folder, input: Self.beginning + cell + "\n", interruptingAfter: "epoch 12/30",
          environment: one)
        let resumed = try Program.run(
          [], in: folder, input: "resume\n", environment: ["OMP_NUM_THREADS": "2"])
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(try weights(folder).isSuperset(of: weights(first)))
      }
    }
  }
}
