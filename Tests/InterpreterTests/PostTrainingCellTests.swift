import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Cells that quantize without training.
@Suite(.serialized) struct PostTrainingCellTests {
  private static let setting = """
    data shapes limit 512 test 256 size 16
    model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)
    teacher = train tiny epochs 4
    """

  private func scene() throws -> Scene {
    let scene = try Scene()
    let (result, _) = scene.run(Self.setting)
    try #require(result.status == .ok, "\(result.diagnostics)")
    return scene
  }

  @Test func calibrationMakesAnIntegerModelWithItsFigures() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("baseline = ptq teacher")
    #expect(result.status == .ok)
    let accuracy = try #require(result.values["baseline.accuracy"])
    #expect(result.values["baseline.int8_accuracy"] == accuracy)
    #expect(abs(try #require(result.values["baseline.fake_quant_accuracy"]) - accuracy) <= 0.02)
    #expect(try #require(result.values["baseline.agreement"]) >= 0.98)
    for name in ["loss", "size_bytes", "latency_ms", "throughput", "drop_points"] {
      #expect(result.values["baseline." + name] != nil, "\(name)")
    }
    #expect(outputs.words.contains("calibration 16: the 512 training images fill 16 whole batches of 32"))
    #expect(outputs.words.contains("observer histogram"))
    let model = try #require(try scene.store.model(named: "baseline"))
    #expect(model.kind == .integer && model.details["start"] == "teacher")
    #expect(scene.run("evaluate baseline").0.values["baseline.accuracy"] == accuracy)
    #expect(scene.run("baseline = ptq teacher").0.values["baseline.accuracy"] == accuracy)
  }

  @Test(arguments: [
    "ptq teacher observer minmax", "ptq teacher observer moving-average", "ptq teacher observer percentile",
    "ptq teacher observer entropy", "ptq teacher observer mse", "ptq teacher per-tensor equalize",
    "ptq teacher bias-correction", "ptq teacher batchnorm", "ptq teacher adaround iterations 20",
    "ptq teacher backend tensorrt equalize batchnorm adaround iterations 10 bias-correction symmetric",
  ])
  func everyOptionKeepsTheAccuracy(cell: String) throws {
    let scene = try scene()
    let float = scene.run("evaluate teacher").0.values["teacher.accuracy"] ?? 1
    let (result, _) = scene.run(cell)
    #expect(result.status == .ok, "\(result.diagnostics)")
    let quantized = try #require(result.values["teacher-ptq.accuracy"])
    #expect(quantized >= float - 0.04, "\(float) became \(quantized)")
  }

  @Test func fewImagesAreTold() throws {
    let findings = try scene().run("ptq teacher calibration 3 batch 16").1.findings
    #expect(findings.first?.message.contains("48 images in 3 batches are few") == true)
    #expect(findings.first?.cell == "ptq teacher calibration 16 batch 16")
  }

  @Test func stoppingKeepsTheSessionAsItWas() throws {
    let scene = try scene()
    let before = try scene.state()
    let cancellation = Cancellation()
    let (result, outputs) = scene.run("ptq teacher adaround", cancellation: cancellation) { output in
      if case .progress = output { cancellation.cancel() }
    }
    #expect(result.status == .interrupted)
    #expect(outputs.words.contains("stopped; nothing was kept"))
    #expect(try scene.state() == before)
  }

  @Test func dynamicTellsHowLittleItTouches() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("small = dynamic teacher")
    #expect(result.status == .ok)
    // fc: 16·8·8·10 = 10240 of 72 + 1152 + 10240 weights.
    #expect(outputs.words.contains("integers hold 89.3 % of the weights of teacher"))
    #expect(outputs.words.contains("convolutions stay in float"))
    for name in ["accuracy", "loss", "size_bytes", "latency_ms", "throughput", "speedup", "drop_points"] {
      #expect(result.values["small." + name] != nil, "\(name)")
    }
    #expect(try scene.store.model(named: "small")?.kind == .dynamic)
    #expect(scene.run("compare").0.values["small.accuracy"] == result.values["small.accuracy"])
  }

  @Test func rescalingKeepsTheFunctionAndLeavesAFloatModel() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("wide = rescale teacher by 30")
    #expect(result.status == .ok)
    #expect(try #require(result.values["wide.agreement"]) >= 0.99)
    #expect(outputs.words.contains("between 2 pairs of layers"))
    #expect(try scene.store.model(named: "wide")?.kind == .float)
    #expect(scene.run("qat student from wide epochs 1").0.status == .ok)
  }

  struct Refusal: Sendable {
    var cell: String
    var id: String
    var place: String
  }

  @Test(arguments: [
    Refusal(cell: "ptq nothing", id: "unknown-model", place: "nothing"),
    Refusal(cell: "ptq teacher calibration 0", id: "out-of-range", place: "0"),
    Refusal(cell: "ptq teacher observer foo", id: "unknown-choice", place: "foo"),
    Refusal(cell: "teacher = ptq teacher", id: "replaces-source", place: "teacher"),
    Refusal(cell: "ptq teacher iterations 5", id: "pointless-option", place: "iterations 5"),
    Refusal(cell: "rescale teacher by 1", id: "out-of-range", place: "1"),
    Refusal(cell: "teacher = dynamic teacher", id: "replaces-source", place: "teacher"),
  ])
  func whatCanNotBeIsRefusedWhereItStands(refusal: Refusal) throws {
    let scene = try Scene()
    _ = scene.run("data shapes limit 64 test 64")
    try scene.addModel("teacher", details: ["data": "shapes limit 64 test 64"])
    let diagnostic = try #require(scene.run(refusal.cell).0.diagnostics.first)
    #expect(diagnostic.id == refusal.id)
    let range = try #require(diagnostic.range)
    #expect(SourceFile(refusal.cell).text(of: range) == refusal.place)
  }

  @Test func anIntegerModelIsSentBackToItsFloatModel() throws {
    let scene = try scene()
    _ = scene.run("baseline = ptq teacher")
    let diagnostic = try #require(scene.run("ptq baseline").0.diagnostics.first)
    #expect(diagnostic.id == "wrong-model-kind")
    #expect(diagnostic.notes.contains { $0.contains("teacher") })
  }
}
