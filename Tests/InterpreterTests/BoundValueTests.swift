import Distillation
import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

@Suite struct BoundValueTests {
  private func arguments(_ source: String) throws -> Arguments {
    let program = parse(source, vocabulary: Command.vocabulary)
    #expect(program.diagnostics == [])
    let (bound, diagnostics) = bind(program)
    #expect(diagnostics == [])
    return try #require(bound.first).1
  }

  private func clause(_ call: String) throws -> DistillationClause {
    let keyword = try #require(Command.named("qat")?.keyword(named: "with"))
    return try #require(distillationClauses(arguments("qat s with " + call).calls(keyword)).first)
  }

  @Test(arguments: Command.all.flatMap(\.examples))
  func everyExampleOfACommandParsesAndBinds(example: String) throws {
    _ = try arguments(example)
  }

  @Test func everyCommandHasAnExampleAndNamesThatDiffer() {
    #expect(Command.all.allSatisfy { !$0.examples.isEmpty && !$0.summary.isEmpty })
    #expect(Set(Command.all.map(\.name)).count == Command.all.count)
    for command in Command.all {
      #expect(Set(command.keywords.map(\.name)).count == command.keywords.count)
    }
  }

  @Test func optionsBindInAnyOrderAfterTheOperands() throws {
    let train = try #require(Command.named("train"))
    let keyword = { (name: String) in try #require(train.keyword(named: name)) }
    let bound = try arguments("teacher = train resnet18 seed 7 lr 1e-4 epochs 3 schedule constant")
    #expect(bound.target?.text == "teacher")
    #expect(bound.word(at: 0)?.text == "resnet18")
    #expect(bound.count(try keyword("seed")) == 7)
    #expect(bound.count(try keyword("epochs")) == 3)
    #expect(bound.real(try keyword("lr")) == 1e-4)
    #expect(bound.word(try keyword("schedule"))?.text == "constant")
    #expect(bound.count(try keyword("batch")) == nil)
  }

  @Test func aPercentageIsAHundredthOfItsNumber() throws {
    let freeze = try #require(Command.named("qat")?.keyword(named: "observer-freeze"))
    #expect(try arguments("qat s observer-freeze 50%").real(freeze) == 0.5)
  }

  @Test(arguments: [
    ("kd(teacher)", DistillationLoss(.decoupledKD), 0.5),
    ("kd(teacher, 0.3)", DistillationLoss(.decoupledKD), 0.3),
    ("kd(teacher, SoftTarget)", DistillationLoss(.softTarget), 0.5),
    (
      "kd(teacher, DecoupledKD, 0.5, T: 3, alpha: 2, beta: 6)",
      DistillationLoss(.decoupledKD, ["T": 3, "alpha": 2, "beta": 6]), 0.5
    ),
    ("kd(teacher, DecoupledKD, 25%, T = 3)", DistillationLoss(.decoupledKD, ["T": 3]), 0.25),
    ("kd(weight: 0.1, loss: NKD, teacher: teacher, gamma: 2)", DistillationLoss(.nkd, ["gamma": 2]), 0.1),
    ("kd(teacher, DecoupledKD(normalize: true), 0.5)", DistillationLoss(.nkd), 0.5),
    ("kd(teacher, SoftTarget(T: 2), 1)", DistillationLoss(.softTarget, ["T": 2]), 1),
    ("kd(teacher, logits, 0)", DistillationLoss(.logits), 0),
    ("kd(teacher, Mutual)", DistillationLoss(.mutual), 0.5),
  ])
  func aTeacherIsUnderstoodByPositionAndByLabel(call: String, loss: DistillationLoss, weight: Double) throws {
    let clause = try clause(call)
    #expect(clause.teacher.text == "teacher")
    #expect(clause.loss == loss)
    #expect(clause.weight == weight)
    #expect(clause.ramp == WeightRamp(shape: .passes) && clause.layers == nil)
  }

  @Test(arguments: [
    ("kd(teacher, Attention, 0.3)", DistillationLoss(.attention), nil),
    (
      "kd(teacher, Attention, layers: [layer1, layer2])", DistillationLoss(.attention),
      "layer1 layer1, layer2 layer2"
    ),
    (
      "kd(teacher, FitNet, layers: [relu1: layer1.0.relu1, fc])", DistillationLoss(.fitNet),
      "relu1 layer1.0.relu1, fc fc"
    ),
    (
      "kd(teacher, similarity(p: 3), layers: layer4)", DistillationLoss(.similarity, ["p": 3]),
      "layer4 layer4"
    ),
    (
      "kd(teacher, ActivationBoundaries, 0.5, margin: 1, scale: 1e-3)",
      DistillationLoss(.activationBoundaries, ["margin": 1, "scale": 1e-3]), nil
    ),
  ])
  func aLossOfLayersIsUnderstoodWithItsLayers(call: String, loss: DistillationLoss, layers: String?) throws {
    let clause = try clause(call)
    #expect(clause.loss == loss)
    let words = clause.layers?.map { "\($0.student.text) \($0.teacher.text)" }.joined(separator: ", ")
    #expect(words == layers)
  }

  @Test(arguments: [
    ("schedule: linear", WeightRamp(shape: .linear, share: 1)), ("0.5", WeightRamp(shape: .passes)),
    ("scale: balanced", WeightRamp(shape: .passes)),
    ("schedule: passes", WeightRamp(shape: .passes)), ("scale: paper", nil),
    ("scale: paper, schedule: passes", WeightRamp(shape: .passes)),
    ("schedule: cosine", WeightRamp(shape: .cosine, share: 1)),
    ("warm-up: 10%", WeightRamp(shape: .linear, share: 0.1)),
    ("schedule: cosine, warm-up: 0.25", WeightRamp(shape: .cosine, share: 0.25)), ("schedule: constant", nil),
  ])
  func theCourseOfAWeightIsUnderstood(written: String, ramp: WeightRamp?) throws {
    #expect(try clause("kd(teacher, SoftTarget, \(written))").ramp == ramp)
  }

  @Test(arguments: [
    ("DecoupledKD", LossScale.balanced), ("DecoupledKD, scale: paper", .paper),
    ("SoftTarget, scale: balanced", .balanced), ("Attention", nil), ("Attention, scale: 1000", nil),
  ])
  func theScaleOfALossOfLogitsIsUnderstood(written: String, scale: LossScale?) throws {
    #expect(try clause("kd(teacher, \(written))").scale == scale)
  }
}
