import GraphIR
import Interpreter
import Language
import SessionStore
import Testing

/// What a run starts from, and that the output says so.
@Suite(.serialized) struct StartTests {
  private func scene() throws -> Scene {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32 size 8")
    try scene.addModel("teacher", size: 8, details: ["learning_rate": "0.002"])
    return scene
  }

  @Test(arguments: [
    ("qat new with kd(teacher) epochs 1 batch 16", "new starts as a copy of teacher\nlr 0.0002: a tenth"),
    ("qat new from teacher epochs 1 batch 16", "new starts as a copy of teacher\nlr 0.0002"),
    ("new = qat from teacher epochs 1 batch 16", "new starts as a copy of teacher"),
    (
      "qat new epochs 1 batch 16",
      "new starts as a copy of own, the newest float model\nlr 0.0003"
    ),
    (
      "qat own with kd(teacher) epochs 1 batch 16",
      "own is a float model: it is fine-tuned"
    ),
    (
      "qat own from teacher epochs 1 batch 16",
      "own starts as a copy of teacher; it takes the place"
    ),
    ("qat student epochs 1 batch 16", "student starts as a copy of teacher, as before"),
    (
      "train teacher epochs 1 batch 16",
      "goes on from what it learned (afresh: teacher = train qatcnn)"
    ),
    ("more = train teacher epochs 1 batch 16", "more starts as a copy of teacher"),
    ("train qatcnn epochs 1 batch 16", "qatcnn: qatcnn with fresh weights"),
    (
      "teacher = train qatcnn epochs 1 batch 16",
      "9,930 parameters; it takes the place of a float model"
    ),
  ])
  func theStartIsSaid(source: String, words: String) throws {
    let scene = try scene()
    try scene.addModel("student", kind: .fakeQuantized, size: 8, details: ["start": "teacher"])
    try scene.addModel("own", size: 8)
    let (result, outputs) = scene.run(source)
    #expect(result.diagnostics == [])
    #expect(outputs.words.contains(words), "\(outputs.words)")
  }

  @Test func aNetworkThatWasDefinedAnewBeginsAfresh() throws {
    let scene = try scene()
    scene.run("model tiny = conv(4) > relu > fc(10)\ntrain tiny epochs 1 batch 16")
    #expect(scene.run("train tiny epochs 1 batch 16").1.words.contains("tiny goes on"))
    let outputs = scene.run("model tiny = conv(8) > relu > fc(10)\ntrain tiny epochs 1 batch 16").1
    #expect(outputs.words.contains("tiny: tiny with fresh weights"))
  }

  @Test func theSessionsSeedHoldsForARunThatNamesNone() throws {
    let scene = try scene()
    scene.run("set seed 7")
    #expect(scene.run("a = train qatcnn epochs 1 batch 16").1.words.contains("seed 7"))
    #expect(scene.run("b = train qatcnn epochs 1 batch 16 seed 8").1.words.contains("seed 8"))
  }

  @Test func theDefaultsOfARunCanAllBeSet() throws {
    let cell = """
      qat s with kd(teacher, SoftTarget, 20%) epochs 1 batch 32 lr 1e-4 schedule constant optimizer sgd \
      momentum 0.8 decay 1e-4 seed 3 backend qnnpack observer-freeze 0.9 batchnorm-freeze 0
      """
    #expect(
      try scene().run(cell).1.words.contains(
        "settings: epochs 1, batch 32, lr 0.0001, schedule constant, optimizer sgd, momentum 0.8, "
          + "decay 0.0001, seed 3, bits 8, backend qnnpack, observer-freeze 0.9, batchnorm-freeze 0, "
          + "with kd(teacher, SoftTarget(T: 5), 0.2, schedule: passes, scale: balanced)"))
  }

  @Test func aConversionMayBeNamed() throws {
    let scene = try scene()
    scene.run("qat student with kd(teacher) epochs 1 batch 16")
    #expect(scene.run("small = convert student").0.values["small.accuracy"] != nil)
    #expect(try scene.store.models().map(\.kind) == [.float, .fakeQuantized, .integer])
    #expect(try scene.store.model(named: "small")?.byteCount != nil)
  }
}
