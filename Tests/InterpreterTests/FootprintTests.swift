import Foundation
import GraphIR
import Interpreter
import SessionStore
import Testing

/// What statements say of themselves before they run, against what they really read.
@Suite(.serialized) struct FootprintTests {
  private static let setting = """
    data shapes limit 96 test 40 size 12
    model tiny = conv(4, 3) > bn > relu > globalpool > fc(10)
    model wide = conv(8, 3) > bn > relu > globalpool > fc(10)
    teacher = train wide epochs 1
    small = train tiny epochs 1
    qat student from small with kd(teacher, SoftTarget, 0.5) epochs 1
    student-int8 = convert student
    baseline = ptq small
    """

  /// Statements one after the other, in one session.
  static let statements = [
    "compare student-int8", "compare", "compare s*", "compare family baseline", "compare * as csv",
    "compare student seeds 2", "show environment", "models as csv", "runs as markdown", "set threads 1",
    "sensitivity student-int8 images 20",
    "why student-int8", "why baseline images 30", "why does student lose accuracy?", "why", "why run 1",
    "diff student-int8", "diff student", "evaluate student", "confusion student against small",
    "confusion baseline", "show images", "show images wrong of student", "show images flipped of student",
    "show images flipped of student-int8 against teacher", "histogram conv1", "histogram teacher.conv1",
    "inspect student", "inspect conv1", "inspect student-int8", "inspect baseline", "show", "show data",
    "show run", "show tiny", "show resnet18", "show student", "show graph student", "show graph tiny",
    "show graph baseline after prepare", "show plan small", "show plan baseline", "show fake-quant conv1",
    "show integer student-int8.conv1", "show integer conv1 image 2 channel 1 at 0,0", "show pytorch student",
    "show pytorch student-int8", "show pytorch baseline", "explore teacher.conv1 \(page) images 20",
    "explore student-int8.conv1 \(page) images 20", "explore kd teacher student \(page)",
    "show fake-quant student.conv1", "show fake-quant range -1 2", "show quantize 0.3 scale 0.1", "models",
    "runs", "set", "help", "explain scale", "qat student", "qat other seed 2 epochs 1",
    "qat third with kd(loss: NKD, teacher: teacher) epochs 1", "big = budget 2 kB teacher images 20",
    "budget 2 kB small images 20 epochs 1", "s = budget 2 kB student images 20 epochs 1",
    "taught = distill tiny with kd(teacher) epochs 1", "train small epochs 1", "dynamic small",
    "rescale small by 4", "rescale small seed 3", "small-8 = ptq small seed 2", "convert",
    "advise small images 20", "lr-find tiny", "lr-find teacher batch 32",
    "model tiny = fc(10)", "train tiny epochs 1 seed 1", "set seed 3", "data shapes limit 96 test 40 size 12",
    "forget small", "qat student from teacher epochs 1 seed 9", "undo", "recipe teacher", "recipe tiny",
  ]

  /// Where pages are written.
  private static let page = "\"" + NSTemporaryDirectory() + "/footprint.html\""

  @Test func aFootprintCoversAllThatAStatementReads() throws {
    let scene = try Scene()
    for line in Self.setting.split(separator: "\n") { #expect(scene.run(String(line)).0.status == .ok) }
    var ran = 0
    for statement in Self.statements {
      var known = try scene.interpreter.knownNames
      let footprint = Footprint(ofProgram: statement, &known)
      let before = try scene.state()
      let (result, _) = scene.run(statement)
      guard result.status == .ok else { continue }
      ran += 1
      let unforeseen = scene.interpreter.lastReads.subtracting(footprint.uses)
      #expect(unforeseen.isEmpty, "\(statement): \(unforeseen.map(\.words))")
      #expect(try footprint.changesSession || before == scene.state(), "\(statement)")
      if !footprint.undoes {
        let models = try scene.interpreter.knownNames
        #expect(models.models.map(\.name) == known.models.map(\.name), "\(statement)")
        #expect(models.models.map(\.start) == known.models.map(\.start), "\(statement)")
        #expect(models.networks == known.networks, "\(statement)")
      }
    }
    #expect(ran > Self.statements.count * 3 / 4, "\(ran)")
  }

  @Test(arguments: [
    ("qat q with kd(teacher: teacher, loss: NKD)", ["small", "student"]),
    ("qat q with kd(teacher, weight: 0.2)", ["small"]),
    ("distill tiny with kd(loss: NKD, teacher: small)", ["teacher"]),
  ])
  func teachersAreFoundByTheirLabel(statement: String, others: [String]) {
    var known = KnownNames(
      models: ["teacher", "small", "student"].map { KnownNames.Model($0, .float) }, networks: ["tiny"])
    let uses = Footprint(ofProgram: statement, &known).uses
    #expect(uses.contains(.model(statement.contains("teacher: small") ? "small" : "teacher")))
    #expect(others.allSatisfy { !uses.contains(.model($0)) })
  }

  @Test func whatIsShownOfALayerOrANetworkDependsOnWhatItIsMeasuredOn() {
    func uses(_ program: String) -> Set<SessionName> {
      var known = KnownNames(models: [KnownNames.Model("s", .fakeQuantized)], networks: ["tiny"])
      return Footprint(ofProgram: program, &known).uses
    }
    #expect(uses("show fake-quant s.conv1") == [.model("s"), .data, .seed])
    #expect(uses("show plan s") == [.model("s"), .precision])
    #expect(uses("show tiny") == [.model("tiny"), .data])
    #expect(uses("set") == [.seed, .precision, .data])
    #expect(uses("runs") == [.runs])
  }
}
