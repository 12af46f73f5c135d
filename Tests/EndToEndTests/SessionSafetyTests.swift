import Foundation
import Testing

/// Session folders in rough hands: processes killed, raced and out of room.
@Suite(.serialized, .enabled(if: Program.path != nil, "qatlab is built beside the tests"))
struct SessionSafetyTests {
  private func entries(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  /// Starts the program without anything to read or write.
  private func start(in folder: URL) throws -> Process {
    let process = Program.process([], in: folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Killed at any moment of its first opening, the session opens the next time, and nothing is left of the first.
  @Test func aSessionKilledInItsFirstOpeningOpensAgain() throws {
    try withFolder { parent in
      let begin = ContinuousClock.now
      let whole = try start(in: parent)
      whole.waitUntilExit()
      let duration = (ContinuousClock.now - begin) / .seconds(1)
      let rounds = 25
      for round in 0..<rounds {
        let folder = parent.appending(path: "\(round)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let process = try start(in: folder)
        // Any moment will do; these are spread over the time that an opening takes.
        Thread.sleep(forTimeInterval: duration * Double(round) / Double(rounds))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let ending = try Program.run([], in: folder, input: "set seed 7\nset")
        #expect(ending.code == 0, "round \(round): \(ending.errors)")
        #expect(!ending.errors.contains("warning:"), "round \(round): \(ending.errors)")
        #expect(try entries(folder.appending(path: ".qatlab")) == ["lock", "objects", "store.db"])
      }
    }
  }

  @Test func simultaneousOpenersAllComeIn() throws {
    try withFolder { parent in
      for round in 0..<6 {
        let folder = parent.appending(path: "\(round)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let processes = try (0..<6).map { _ in try start(in: folder) }
        for process in processes { process.waitUntilExit() }
        #expect(processes.map(\.terminationStatus) == Array(repeating: 0, count: 6), "round \(round)")
      }
    }
  }

  /// No file may grow as large as the weights: a disk that is full, for whoever runs the tests.
  ///
  /// The shell counts in blocks of 512 or of 1024 bytes.
  @Test func aFullDiskLeavesTheSessionAndTheUsersFilesAsTheyWere() throws {
    try withFolder { folder in
      let objects = folder.appending(path: ".qatlab/objects")
      let first = try Program.run(
        [], in: folder,
        input:
          "data shapes limit 64 test 16 size 12\nmodel tiny = conv(4) > relu > fc(10)\nt = train tiny epochs 1"
      )
      #expect(first.code == 0, "\(first.errors)")
      for name in ["mine.safetensors", String(repeating: "a", count: 64) + ".safetensors"] {
        try Data(name.utf8).write(to: objects.appending(path: name))
      }
      let before = try entries(objects)
      for cell in [
        "model wide = fc(2000) > relu > fc(10)\nb = train wide epochs 1",
        "tiny2 = train tiny epochs 1 seed 3\nmodel wide = fc(2000) > relu > fc(10)\nb = train wide epochs 1",
      ] {
        try Data("# %%\n\(cell)".utf8).write(to: folder.appending(path: "cell.qat"))
        let ending = try Program.run(
          ["run", "--session", ".qatlab", "--json", "cell.qat"], in: folder,
          script: #"ulimit -f 2000; exec "$0" "$@""#)
        #expect(ending.code == 1)
        let line = try #require(ending.lines.last)
        let cell = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(cell["status"] as? String == "error")
        let diagnostic = try #require((cell["diagnostics"] as? [[String: Any]])?.last)
        #expect((diagnostic["message"] as? String)?.contains("can't be written: write: ") == true)
        #expect(try entries(objects) == before)
      }
      let after = try Program.run([], in: folder, input: "models\nevaluate t")
      #expect(after.code == 0, "\(after.errors)")
      // What was trained is not kept, but its last checkpoint is.
      #expect(
        after.lines.filter { $0.contains("tiny2") }.allSatisfy { $0.contains("resume goes on with it") })
    }
  }

  @Test func aLockThatIsALinkIsNotFollowed() throws {
    try withFolder { folder in
      let session = folder.appending(path: ".qatlab")
      try FileManager.default.createDirectory(at: session, withIntermediateDirectories: false)
      let victim = folder.appending(path: "thesis.txt")
      try Data("years of work".utf8).write(to: victim)
      try FileManager.default.createSymbolicLink(
        at: session.appending(path: "lock"), withDestinationURL: victim)
      let ending = try Program.run([], in: folder, input: "set seed 7")
      #expect(ending.code == 1)
      #expect(ending.errors.contains("link") && ending.errors.contains("--session"), "\(ending.errors)")
      #expect(try String(contentsOf: victim, encoding: .utf8) == "years of work")
      #expect(try entries(session) == ["lock"])
    }
  }
}
