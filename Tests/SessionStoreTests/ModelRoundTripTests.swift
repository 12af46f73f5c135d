import GraphIR
import SessionStore
import Testing

struct ModelRoundTripTests {
  @Test func aModelIsTheSameToTheLastBitAfterReopening() throws {
    let folder = try SessionFolder()
    var model = try sampleModel()
    model.parameters["odd"] = Tensor([.nan, -.infinity, -0.0, .leastNonzeroMagnitude, 0.1])
    let saved = try folder.open { store in
      try store.transaction { transaction in
        let run = try transaction.beginRun(kind: .train, model: "teacher", settings: [:], command: "train")
        return try transaction.saveModel(
          name: "teacher", kind: .float, graph: model.graph, parameters: model.parameters,
          figures: [
            "accuracy": 0.1 + 0.2, "loss": .nan, "bound": -.infinity, "tiny": .leastNonzeroMagnitude,
          ],
          details: ["data": "shapes \"limit\" 20 ü\n"], run: run.id)
      }
    }
    try folder.open { store in
      let read = try #require(try store.model(named: "teacher"))
      #expect(read.figures["accuracy"] == 0.1 + 0.2)
      #expect(read.figures["loss"]?.isNaN == true)
      #expect(read.figures["bound"] == -.infinity)
      #expect(read.figures["tiny"] == .leastNonzeroMagnitude)
      var (one, other) = (read, saved)
      (one.figures, other.figures) = ([:], [:])
      #expect(one == other)
      #expect(bits(try store.parameters(of: read)) == bits(model.parameters))
      #expect(try store.problems().isEmpty)
    }
  }

  @Test func anIntegerGraphKeepsItsScalesToTheLastBit() throws {
    let folder = try SessionFolder()
    let grid = QuantizationGrid(minimum: 0, maximum: 255, symmetric: false)
    var generator = SeededGenerator(seed: 5, purpose: "scales")
    var graph = Graph(architecture: "int8", input: Shape(channels: 2, height: 3, width: 3))
    for index in 0..<200 {
      let parameters = QuantizationParameters(
        scale: generator.uniform() * .leastNormalMagnitude * Float(1 << (index % 60)), zeroPoint: 3,
        grid: grid)
      try graph.append("quantize\(index)", .integer(.quantize(parameters)), index)
    }
    let weights = ParameterSet([
      "weight": Tensor(shape: [2, 2], elements: .int8([-128, -1, 0, 127])),
      "bias": Tensor(shape: [2], elements: .int32([.min, .max])), "scale": Tensor([0.1, 0x1.8p-128]),
    ])
    try folder.open { store in
      try store.transaction {
        try $0.saveModel(name: "student", kind: .integer, graph: graph, parameters: weights)
      }
    }
    try folder.open { store in
      let read = try #require(try store.model(named: "student"))
      #expect(read.graph == graph)
      #expect(read.kind == .integer)
      #expect(try store.parameters(of: read) == weights)
    }
  }

  @Test func modelsComeOldestFirstAndSavingAgainMakesANewVersion() throws {
    let store = try SessionStore(folder: nil)
    try store.transaction { transaction in
      try transaction.save("a", sampleModel(seed: 1))
      try transaction.save("b", sampleModel(seed: 2))
    }
    try store.transaction { try $0.save("a", sampleModel(seed: 3)) }
    #expect(try store.models().map(\.name) == ["b", "a"])
    #expect(try store.model(named: "a")?.version == 2)
    #expect(try store.model(named: "c") == nil)
  }

  @Test(arguments: [true, false]) func equalWeightsShareOneObject(onDisk: Bool) throws {
    let folder = try SessionFolder()
    let store = try SessionStore(folder: onDisk ? folder.path : nil)
    let records = try store.transaction { transaction in
      try ["a", "b"].map { try transaction.save($0, sampleModel()) }
    }
    #expect(records[0].object == records[1].object)
    #expect(records[0].byteCount == records[1].byteCount)
    if onDisk { #expect(try folder.names() == [records[0].object + ".safetensors"]) }
    #expect(try store.parameters(of: records[1]) == sampleModel().parameters)
  }

  @Test func memoryAndDiskGiveTheSameRecords() throws {
    let folder = try SessionFolder()
    let records = try [folder.path, nil].map { path in
      try SessionStore(folder: path).transaction { try $0.save("a", sampleModel(), figures: ["loss": 1]) }
    }
    #expect(records[0].object == records[1].object)
    #expect(records[0].byteCount == records[1].byteCount)
    #expect(records[0].graph == records[1].graph)
  }

  @Test func figuresAreMergedAndUnknownModelsRefused() throws {
    let store = try SessionStore(folder: nil)
    try store.transaction { try $0.save("a", sampleModel(), figures: ["loss": 1, "accuracy": 0.5]) }
    try store.transaction { try $0.updateFigures(of: "a", ["accuracy": 0.75, "latency_ms": 2]) }
    #expect(try store.model(named: "a")?.figures == ["loss": 1, "accuracy": 0.75, "latency_ms": 2])
    #expect(throws: StoreError.unknownModel("b")) {
      try store.transaction { try $0.updateFigures(of: "b", [:]) }
    }
    #expect(throws: StoreError.unknownModel("b")) { try store.transaction { try $0.removeModel(named: "b") } }
    #expect(throws: StoreError.unknownRun("x")) {
      try store.transaction {
        let model = try sampleModel()
        try $0.saveModel(
          name: "b", kind: .float, graph: model.graph, parameters: model.parameters, run: "x")
      }
    }
  }

  @Test func aFailedTransactionChangesNothing() throws {
    struct Stop: Error {}
    let store = try SessionStore(folder: nil)
    let before = try store.transaction { try $0.save("a", sampleModel(seed: 1)) }
    #expect(throws: Stop.self) {
      try store.transaction { transaction in
        try transaction.save("a", sampleModel(seed: 2, architecture: "other"))
        try transaction.save("b", sampleModel(seed: 3))
        try transaction.set("seed", to: "7")
        transaction.recordState(cell: "fails")
        #expect(try store.model(named: "b") != nil)
        throw Stop()
      }
    }
    #expect(try store.models() == [before])
    #expect(try store.setting("seed") == nil)
    let next = try store.transaction { try $0.save("a", sampleModel(seed: 4, architecture: "third")) }
    #expect(next.version == 2)
    #expect(try store.model(named: "a") == next)
    #expect(try store.undo() == nil)
  }

  @Test func aTensorThatDoesNotFillItsShapeIsRefused() throws {
    let store = try SessionStore(folder: nil)
    var model = try sampleModel()
    model.parameters["fc.bias"] = Tensor([1, 2], shape: [3])
    #expect(throws: StoreError.inconsistentTensor("fc.bias")) {
      try store.transaction { try $0.save("a", model) }
    }
  }
}
