import GraphIR
import Interpreter
import Language
import SessionStore
import Testing

/// A program gives the same however it is divided into cells.
@Suite(.serialized) struct CellDivisionTests {
  /// A program of statements that bind one after the other: names are assigned twice, models go on from one another.
  static func program(seed: UInt64) -> [String] {
    var random = SeededGenerator(seed: seed, purpose: "program")
    func pick<T>(_ choices: [T]) -> T { choices[Int(random.next() % UInt64(choices.count))] }
    var lines = [
      "data shapes limit 96 test 40 size 12 seed \(seed)",
      "model tiny = conv(4, 3) > bn > relu > globalpool > fc(10)",
      "a = train tiny epochs 1 lr \(pick(["0.02", "0.005"]))",
    ]
    var floats = ["a"]
    var students: [String] = []
    for _ in 0..<6 {
      let from = pick(floats)
      switch Int(random.next() % 9) {
      case 0: lines.append("\(pick(["a", "b"])) = train tiny epochs 1 optimizer \(pick(["sgd", "adamw"]))")
      case 1: lines.append("train \(from) epochs 1")
      case 2:
        lines.append("c = distill tiny with kd(teacher: \(from == "c" ? "a" : from), weight: 0.3) epochs 1")
        floats.append("c")
      case 3:
        lines.append("w = rescale \(from == "w" ? "a" : from) by \(pick(["3", "9"]))")
        floats.append("w")
      case 4: lines.append("set seed \(random.next() % 5)")
      case 5: lines.append("model tiny = conv(\(pick(["4", "6"])), 3) > relu > globalpool > fc(10)")
      default:
        let name = pick(["q", "r"])
        lines.append(
          "qat \(name)\(pick([" from \(from)", " with kd(\(from))", ""])) epochs 1 bits \(pick(["4", "8"]))")
        students.append(name)
      }
      if lines.last?.hasPrefix("b = ") ?? false { floats.append("b") }
    }
    if let student = students.last {
      lines.append("\(student)-int8 = convert \(student)")
      lines += [
        "why \(student)-int8", "show integer \(student)-int8.conv1 image 3", "show pytorch \(student)",
      ]
    }
    return lines
  }

  private func values(_ scene: Scene, _ cell: String) -> [(String, Double)] {
    let (result, _) = scene.run(cell)
    #expect(result.status == .ok, "\(cell): \(result.diagnostics.map(\.message))")
    return result.metrics.filter(\.reproducible).map { ($0.name, $0.value) }
  }

  @Test(arguments: 1...4)
  func oneCellGivesWhatACellALineGives(seed: UInt64) throws {
    let lines = Self.program(seed: seed)
    let (whole, divided) = (try Scene(), try Scene())
    let one = values(whole, lines.joined(separator: "\n"))
    let many = lines.flatMap { values(divided, $0) }
    #expect(one.map(\.0) == many.map(\.0), "\(lines)")
    #expect(one.map(\.1.bitPattern) == many.map(\.1.bitPattern), "\(lines)")
    let weights = { (scene: Scene) in try scene.store.models().map { [$0.name, $0.object] } }
    #expect(try weights(whole) == weights(divided))
    #expect(try whole.store.settings() == divided.store.settings())
    #expect(one.count > 6)
  }

  @Test(arguments: [
    ("t = train tiny epochs 1 lr 0.02\nq = qat from t epochs 1", "lr 0.002"),
    (
      "t = train tiny epochs 1 lr 0.02\nu = distill tiny with kd(t) epochs 1 lr 0.04\nq = qat from u epochs 1",
      "lr 0.004"
    ),
    ("t = train tiny epochs 1 lr 0.02\nt = train tiny epochs 1 lr 0.01\nq = qat from t epochs 1", "lr 0.001"),
    ("t = train tiny epochs 1 lr 0.02\nw = rescale t\nq = qat from w epochs 1", "lr 0.002"),
  ])
  func aStatementKnowsWhatTheOneBeforeItMade(program: String, rate: String) throws {
    let scene = try Scene()
    scene.run("data shapes limit 96 test 40 size 12\nmodel tiny = conv(4, 3) > relu > globalpool > fc(10)")
    let (result, outputs) = scene.run(program)
    #expect(result.status == .ok)
    #expect(outputs.words.contains(rate + ": a tenth"), "\(outputs.words)")
  }

  @Test func distillComputesInTheSessionsPrecision() throws {
    let scene = try Scene()
    scene.run("data shapes limit 96 test 40 size 12\nmodel tiny = fc(10)\nt = train tiny epochs 1")
    #expect(
      Command.named("distill").map { command in
        var known = KnownNames(models: [KnownNames.Model("t", .float)], networks: ["tiny"])
        return Footprint(ofProgram: command.name + " tiny with kd(t)", &known).uses.contains(.precision)
      } == true)
    try scene.store.transaction { try $0.set("precision", to: "bf16") }
    let (result, outputs) = scene.run("u = distill tiny with kd(t) epochs 1")
    // A processor without bf16 refuses, as train does.
    #expect(
      result.status == .ok
        ? outputs.words.contains("precision bf16") : result.diagnostics.first?.id == "precision-unsupported",
      "\(result.diagnostics.map(\.id)) \(outputs.words)")
  }

  @Test func convertKeepsTheDataThatItTookByDefault() throws {
    let scene = try Scene()
    scene.run(
      "data shapes limit 96 test 40 size 28\nmodel tiny = fc(10)\nt = train tiny epochs 1\nqat q from t epochs 1"
    )
    // As in a session in which no data was chosen: the standard set has images of the same shape.
    try scene.store.transaction { try $0.set("data", to: nil) }
    #expect(scene.run("convert").0.status == .ok)
    #expect(try scene.store.setting("data") == "fashion-mnist")
  }
}
