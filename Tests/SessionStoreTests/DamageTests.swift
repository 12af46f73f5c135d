import Foundation
import GraphIR
import SessionStore
import Testing

struct DamageTests {
  enum Harm: CaseIterable { case flipped, truncated, removed, emptied, replacedByAFolder }

  @Test(arguments: Harm.allCases) func aDamagedObjectDisablesItsModelAlone(harm: Harm) throws {
    let folder = try SessionFolder()
    let record = try folder.open { store in
      try store.transaction { transaction in
        try transaction.save("sound", sampleModel(seed: 2))
        return try transaction.save("harmed", sampleModel(seed: 1))
      }
    }
    let path = "\(folder.path)/objects/\(record.object).safetensors"
    var bytes = try folder.bytes(path)
    switch harm {
    case .flipped:
      bytes[bytes.count / 2] ^= 1
      try folder.write(bytes, to: path)
    case .truncated: try folder.write(bytes.dropLast(), to: path)
    case .emptied: try folder.write([], to: path)
    case .removed: try FileManager.default.removeItem(atPath: path)
    case .replacedByAFolder:
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }
    try folder.open { store in
      #expect(try store.models().map(\.name) == ["sound", "harmed"])
      let error = try #require(throws: StoreError.self) { try store.parameters(of: record) }
      guard case .damagedObject("harmed", path, _) = error else { return #expect(Bool(false), "\(error)") }
      let sound = try #require(try store.model(named: "sound"))
      #expect(try store.parameters(of: sound) == sampleModel(seed: 2).parameters)
      // A flipped bit keeps the size, and shows when the weights load.
      #expect(try store.problems().map(\.model) == (harm == .flipped ? [] : ["harmed"]))
      if harm != .replacedByAFolder {
        try store.transaction { try $0.save("harmed", sampleModel(seed: 1)) }
        #expect(try store.parameters(of: record) == sampleModel(seed: 1).parameters)
      }
    }
  }

  @Test(arguments: [0, 1, 99, 100, 512, 4096, 4097, 8192, 20_000])
  func aTruncatedDatabaseIsRefusedWithItsNameAndLeftAlone(size: Int) throws {
    let folder = try SessionFolder()
    try folder.open { store in _ = try store.transaction { try $0.save("a", sampleModel()) } }
    let truncated = Array(try folder.bytes(folder.database).prefix(size))
    try folder.write(truncated, to: folder.database)
    let error = try #require(throws: StoreError.self) { try SessionStore(folder: folder.path) }
    guard case .damagedStore(folder.database, _) = error else { return #expect(Bool(false), "\(error)") }
    #expect("\(error)".contains("--session") && "\(error)".contains(folder.database))
    #expect(try folder.bytes(folder.database) == truncated)
  }

  @Test func aDatabaseOfGarbageIsRefusedAndLeftAlone() throws {
    let folder = try SessionFolder()
    var generator = SeededGenerator(seed: 1, purpose: "garbage")
    let garbage = (0..<30_000).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    try folder.write(garbage, to: folder.database)
    let error = try #require(throws: StoreError.self) { try SessionStore(folder: folder.path) }
    guard case .damagedStore(folder.database, _) = error else { return #expect(Bool(false), "\(error)") }
    #expect(try folder.bytes(folder.database) == garbage)
  }

  @Test func databasesOfOtherProgramsAndLaterVersionsAreRefused() throws {
    let folder = try SessionFolder()
    try folder.open { _ in }
    let original = try folder.bytes(folder.database)
    // Bytes 68…71 of the file hold the application id (SQLite's file format, 1.3).
    var foreign = original
    foreign[68] ^= 1
    try folder.write(foreign, to: folder.database)
    #expect(throws: StoreError.foreignStore(path: folder.database)) { try SessionStore(folder: folder.path) }
    try folder.write(original, to: folder.database)
    #expect(try folder.replace("1 session", by: "9 session", in: folder.database) > 0)
    #expect(throws: StoreError.newerStore(path: folder.database)) { try SessionStore(folder: folder.path) }
  }

  @Test func aDamagedHistoryLeavesTheRestWorking() throws {
    let folder = try SessionFolder()
    try folder.open { store in
      _ = try store.transaction { try $0.save("a", sampleModel()) }
      for _ in 0..<3 { try store.remember("cell-of-the-history", status: "ok", seconds: 0) }
    }
    var bytes = try folder.bytes(folder.database)
    let place = try #require(Data(bytes).range(of: Data("cell-of-the-history".utf8))?.lowerBound)
    let page = place / 4096 * 4096
    bytes.replaceSubrange(page..<page + 4096, with: Array(repeating: 0xFF, count: 4096))
    try folder.write(bytes, to: folder.database)
    try folder.open { store in
      let error = try #require(throws: StoreError.self) { try store.history(limit: 10) }
      guard case .damagedHistory(folder.database, _) = error else { return #expect(Bool(false), "\(error)") }
      #expect(throws: StoreError.self) { try store.remember("cell", status: "ok", seconds: 0) }
      let problems = try store.problems()
      #expect(problems.count == 1)
      guard case .damagedHistory? = problems.first else { return #expect(Bool(false), "\(problems)") }
      let model = try #require(try store.model(named: "a"))
      #expect(try store.parameters(of: model) == sampleModel().parameters)
      try store.transaction { transaction in
        try transaction.save("b", sampleModel(seed: 2))
        transaction.recordState(cell: "train b")
      }
      #expect(try store.undo()?.cell == "train b")
    }
  }

  @Test(arguments: [
    (#"{"architecture":"harmed-net""#, #"["architecture":"harmed-net""#),
    (#""inputs":[2]"#, #""inputs":[9]"#),
    (#""stride":1"#, #""stride":0"#), (#""groups":1"#, #""groups":0"#), (#""outputs":2"#, #""outputs":9"#),
    (#""inputs":[2]"#, #""inputs":[ ]"#), (#""output":4"#, #""output":9"#),
    (#""kernel":3"#, #""kernel":-"#), (#""padding":1"#, #""padding":7"#),
  ])
  func aDamagedGraphDisablesItsModelAlone(old: String, new: String) throws {
    let folder = try SessionFolder()
    let other = Graph(architecture: "other", input: Shape(channels: 1, height: 1, width: 1))
    try folder.open { store in
      try store.transaction {
        try $0.save("harmed", sampleModel(architecture: "harmed-net"))
        try $0.saveModel(name: "sound", kind: .float, graph: other, parameters: ParameterSet())
      }
    }
    #expect(try folder.replace(old, by: new, in: folder.database) > 0)
    try folder.open { store in
      #expect(try store.models().map(\.name) == ["sound"])
      let problems = try store.problems()
      guard problems.count == 1, case .damagedModel("harmed", _)? = problems.first else {
        return #expect(Bool(false), "\(problems)")
      }
      #expect(throws: StoreError.self) { try store.model(named: "harmed") }
      try store.transaction { try $0.removeModel(named: "harmed") }
      #expect(try store.problems().isEmpty)
    }
  }

  /// Everything a session can be asked must give an answer or a `StoreError`, whatever the file holds.
  @Test(arguments: 0..<40) func randomDamageNeverStopsTheProgram(seed: UInt64) throws {
    let folder = try SessionFolder()
    try folder.open { store in
      try store.transaction { transaction in
        let run = try transaction.beginRun(kind: .train, model: "a", settings: ["lr": "1"], command: "train")
        try transaction.appendMetrics(run: run.id, (0..<200).map { ("loss", $0, Double($0)) })
        try transaction.save("a", sampleModel(), figures: ["loss": 1])
        try transaction.set("data", to: "shapes")
        transaction.recordState(cell: "train")
      }
      try store.remember("train", status: "ok", seconds: 1)
    }
    var bytes = try folder.bytes(folder.database)
    var generator = SeededGenerator(seed: seed, purpose: "damage")
    for _ in 0..<(1 << (seed % 10)) {
      bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: generator.next())
    }
    try folder.write(bytes, to: folder.database)
    do {
      try folder.open(useEverything)
    } catch is StoreError {}
  }

  private func useEverything(_ store: SessionStore) throws {
    func attempt(_ body: () throws -> Void) throws {
      do { try body() } catch is StoreError {}
    }
    try attempt { _ = try store.problems() }
    try attempt { for model in try store.models() { try attempt { _ = try store.parameters(of: model) } } }
    try attempt {
      for run in try store.runs() {
        for key in try store.metricKeys(of: run.id) { _ = try store.metrics(of: run.id, key: key) }
      }
    }
    try attempt { _ = try store.history(limit: 10) }
    try attempt { _ = try (store.settings(), store.definitions()) }
    try attempt { try store.remember("cell", status: "ok", seconds: 0) }
    try attempt {
      try store.transaction {
        try $0.save("b", sampleModel(seed: 2))
        $0.recordState(cell: "train b")
      }
    }
    try attempt { _ = try (store.undo(), store.undo()) }
    try attempt { _ = try store.collectGarbage(olderThan: 0) }
  }
}
