import Interpreter
import Notebooks
import Testing

@Suite struct DependencyGraphTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var before: [String]
    var program: String
    var uses: [String]
    var defines: [String]
    var testDescription: String { program }
  }

  private static let trained = ["data shapes", "model tiny = fc(10)", "teacher = train tiny"]

  static let cases: [Case] = [
    Case(before: [], program: "data fashion-mnist limit 9", uses: [], defines: ["the data"]),
    Case(before: [], program: "data shapes", uses: ["the seed"], defines: ["the data"]),
    Case(before: [], program: "data shapes seed 3", uses: [], defines: ["the data"]),
    Case(before: [], program: "set seed 7 precision f32", uses: [], defines: ["the precision", "the seed"]),
    Case(before: [], program: "set", uses: ["the data", "the precision", "the seed"], defines: []),
    Case(before: [], program: "model tiny = fc(10)", uses: ["the data"], defines: ["tiny"]),
    Case(
      before: [], program: "teacher = train resnet18", uses: ["the data", "the precision", "the seed"],
      defines: ["teacher"]),
    Case(
      before: trained, program: "train teacher seed 3", uses: ["teacher", "the data", "the precision"],
      defines: ["teacher"]),
    Case(
      before: trained, program: "baseline = ptq teacher", uses: ["teacher", "the data", "the seed"],
      defines: ["baseline"]),
    Case(
      before: trained, program: "ptq teacher seed 1", uses: ["teacher", "the data"], defines: ["teacher-ptq"]),
    Case(
      before: trained + ["big = train tiny"], program: "advise teacher",
      uses: ["big", "teacher", "the data", "the precision", "the seed"], defines: []),
    Case(
      before: trained, program: "dynamic teacher", uses: ["teacher", "the data"], defines: ["teacher-dynamic"]
    ),
    Case(
      before: trained, program: "rescale teacher by 9 seed 1", uses: ["teacher", "the data"],
      defines: ["teacher-wide"]),
    Case(
      before: trained, program: "qat student with kd(teacher) seed 1",
      uses: ["teacher", "the data", "the precision"], defines: ["student"]),
    Case(
      before: trained + ["other = train tiny"],
      program: "qat student with kd(loss: NKD, teacher: teacher) seed 1",
      uses: ["teacher", "the data", "the precision"], defines: ["student"]),
    Case(
      before: trained, program: "qat student seed 1", uses: ["teacher", "the data", "the precision"],
      defines: ["student"]),
    Case(
      before: trained + ["qat student"], program: "convert", uses: ["student", "the data"],
      defines: ["student-int8"]),
    Case(
      before: trained + ["qat student"], program: "small = convert student", uses: ["student", "the data"],
      defines: ["small"]),
    Case(
      before: trained, program: "s = budget 8 MB teacher seed 1",
      uses: ["teacher", "the data", "the precision", "the seed"],
      defines: ["s"]),
    Case(
      before: trained, program: "student = distill tiny with kd(teacher) seed 1",
      uses: ["teacher", "the data", "the precision", "tiny"], defines: ["student"]),
    Case(before: trained, program: "evaluate teacher", uses: ["teacher", "the data"], defines: []),
    Case(before: trained, program: "compare", uses: ["teacher", "the data"], defines: []),
    Case(
      before: trained + ["qat student from teacher", "convert"], program: "compare student-int8",
      uses: ["student", "student-int8", "teacher", "the data"], defines: []),
    Case(before: trained, program: "inspect teacher.fc", uses: ["teacher"], defines: []),
    Case(before: trained, program: "histogram fc", uses: ["teacher", "the data", "the seed"], defines: []),
    Case(before: trained, program: "show teacher", uses: ["teacher"], defines: []),
    Case(before: trained, program: "show tiny", uses: ["the data", "tiny"], defines: []),
    Case(before: trained, program: "show graph teacher", uses: ["teacher"], defines: []),
    Case(before: trained, program: "show plan teacher", uses: ["teacher", "the precision"], defines: []),
    Case(
      before: trained + ["qat student"], program: "show fake-quant student.fc",
      uses: ["student", "the data", "the seed"], defines: []),
    Case(before: trained, program: "models", uses: ["teacher"], defines: []),
    Case(before: trained, program: "runs", uses: ["the runs"], defines: []),
    Case(before: trained, program: "show run 1", uses: ["the runs"], defines: []),
    Case(before: trained, program: "forget teacher", uses: ["teacher"], defines: ["teacher"]),
    Case(before: trained, program: "undo", uses: ["teacher"], defines: ["teacher"]),
    Case(before: trained, program: "help train", uses: [], defines: []),
    Case(before: trained, program: "this is no program (", uses: [], defines: []),
    Case(
      before: trained, program: "small = ptq teacher seed 1\nevaluate small", uses: ["teacher", "the data"],
      defines: ["small"]),
  ]

  @Test(arguments: cases)
  func aCellUsesAndDefinesNames(example: Case) throws {
    let graph = DependencyGraph(programs: example.before + [example.program])
    let node = try #require(graph.nodes.last)
    #expect(node.names.uses.map(\.words).sorted() == example.uses.sorted())
    #expect(node.names.defines.map(\.words).sorted() == example.defines)
  }

  /// A new command must be looked at: one that changes the session and defines nothing would never be stale.
  @Test(arguments: Command.all)
  func everyExampleThatChangesTheSessionDefinesSomething(command: Command) {
    let before =
      Self.trained + ["student = qat from teacher", "teacher-int8 = convert student"]
      + (command.name == "redo" ? ["undo 2"] : [])
    let looks: Set = ["budget teacher 700kB", "set", "undo list"]
    let changing: Set = [
      "data", "model", "load", "train", "distill", "ptq", "dynamic", "rescale", "qat", "convert", "budget",
      "forget", "undo", "redo", "set", "resume",
    ]
    for example in command.examples {
      let names = DependencyGraph(programs: before + [example]).nodes.last?.names
      let changes =
        changing.contains(command.name) && !looks.contains(example) || example.hasPrefix("time teacher =")
      // Results don't follow from the number of threads but for their last digits; what a run made that is resumed, its
      // own cell says.
      let defines =
        changes && command.name != "resume"
        && !["set threads", "set checkpoint"].contains(where: example.hasPrefix)
      #expect(names?.defines.isEmpty == !defines, "\(example)")
      #expect(names?.changesSession == changes, "\(example)")
    }
  }

  @Test func redoMakesAgainWhatUndoTookBack() {
    let graph = DependencyGraph(programs: [
      "a = train qatcnn", "b = train qatcnn", "undo 2", "redo", "evaluate a", "c = train qatcnn", "redo",
    ])
    #expect(graph.nodes[2].names.defines == [.model("a"), .model("b")])
    #expect(graph.nodes[3].names.defines == [.model("a")])
    #expect(graph.nodes[4].makers[.model("a")] == 3)
    // Another change ends what redo can do.
    #expect(graph.nodes[6].names.defines.isEmpty)
  }

  @Test func everyRunBeforeIsWhatAListOfRunsDependsOn() {
    func inputs(_ lr: String) -> [String?] {
      DependencyGraph(programs: [
        "a = train qatcnn lr \(lr)", "b = train qatcnn", "runs", "b = train qatcnn", "runs",
      ]).nodes.map { $0.inputs[.runs] }
    }
    let (one, other) = (inputs("1e-3"), inputs("2e-3"))
    #expect(one[2] != nil && one[2] != other[2] && one[2] != one[4] && one[4] != other[4])
    #expect(one[0] == nil)
  }

  @Test func makersAreTheCellsThatMadeANameLast() {
    let graph = DependencyGraph(programs: [
      "data shapes", "teacher = train resnet18", nil, "teacher = train qatcnn", "evaluate teacher",
    ])
    #expect(graph.nodes[4].makers == [.data: 0, .model("teacher"): 3])
    #expect(graph.nodes[2].program.isEmpty)
  }

  @Test func aChangeReachesEveryCellBehindIt() {
    func inputs(_ lr: String) -> [String?] {
      let graph = DependencyGraph(programs: [
        "data shapes", "teacher = train resnet18 lr \(lr)", "qat student with kd(teacher)", "convert",
        "other = train qatcnn",
      ])
      return [
        graph.nodes[1].inputs[.data], graph.nodes[2].inputs[.model("teacher")],
        graph.nodes[3].inputs[.model("student")], graph.nodes[4].inputs[.data],
      ]
    }
    let (one, other) = (inputs("1e-3"), inputs("2e-3"))
    #expect(!one.contains(nil))
    #expect(zip(one, other).map(==) == [true, false, false, true])
  }

  @Test func undoLeadsBackToTheMakerBefore() {
    let graph = DependencyGraph(programs: [
      "a = train qatcnn", "b = train qatcnn", "undo", "qat student",
    ])
    #expect(graph.nodes[2].names.defines == [.model("b")])
    // After the undo the newest float model is a again.
    #expect(graph.nodes[3].names.uses.contains(.model("a")))
  }
}
