import GraphIR
import Interpreter
import Language
import SessionStore
import Testing

/// Each slip gives one diagnostic with a place and a remedy, and leaves the session as it was.
@Suite struct BadInputTests {
  @Test(arguments: [
    ("trian resnet18", "unknown-command", "trian"),
    ("train", "missing-operand", "train"),
    ("train resnet8", "unknown-network", "resnet8"),
    ("train resnet18 4", "unexpected-value", "4"),
    ("train resnet18 colour blue", "unknown-option", "colour"),
    ("train resnet18 batch 0", "out-of-range", "0"),
    ("train resnet18 lr 0", "out-of-range", "0"),
    ("train resnet18 lr fast", "wrong-type", "fast"),
    ("train resnet18 schedule cosin", "unknown-choice", "cosin"),
    ("train resnet18 decay 2", "out-of-range", "2"),
    ("a.b = train resnet18", nil, "a.b"),
    ("train student", "wrong-model-kind", "student"),
    ("x = models", "unexpected-target", "x"),
    ("qat", "name-missing", "qat"),
    ("a = qat b", "named-twice", "b"),
    ("qat teacher with kd(teacher)", "replaces-teacher", "teacher"),
    ("qat new with kd(student)", "wrong-model-kind", "student"),
    ("qat student with kd(student)", "wrong-model-kind", "student"),
    ("qat new with kd(resnet18)", "untrained", "resnet18"),
    ("evaluate qatcnn", "untrained", "qatcnn"),
    ("qat new kd(teacher)", "missing-with", "kd"),
    ("qat new with kd(teacher, T: 4%)", "loss-parameter", "4%"),
    ("train resnet18 lr 5%", "wrong-type", "5%"),
    ("train resnet18 momentum 90%", "wrong-type", "90%"),
    ("train resnet18 seed 9007199254740992", "out-of-range", "9007199254740992"),
    ("with = train resnet18", "reserved-name", "with"),
    ("epochs = train resnet18", "reserved-name", "epochs"),
    ("data = train resnet18", "reserved-name", "data"),
    ("qat run from teacher", "reserved-name", "run"),
    ("graph = convert", "reserved-name", "graph"),
    ("model batch = fc(10)", "reserved-name", "batch"),
    (String(repeating: "a", count: 65) + " = train resnet18", "long-name", nil),
    ("model wide = fc(65536) > fc(65536) > fc(65536) > fc(10)\ntrain wide", "out-of-memory", "wide"),
    ("data fashion-mnist limit 60000 size 512", "data-unusable", "512"),
    ("model tiny = conv(8, 3) > pool(0) > fc(10)", "out-of-range", "0"),
    ("data mnist path \"\"", "data-unusable", "\"\""),
    ("qat new with dk(teacher)", "unknown-clause", "dk"),
    ("qat new with kd()", "missing-argument", "kd()"),
    ("qat new with kd(teacher, 3, 0.5, 1)", nil, nil),
    ("qat new with kd(teacher, DecoupledKD, half)", "wrong-type", "half"),
    ("qat new with kd(teacher, DecoupledKD, gamma: 3)", "unknown-argument", "gamma"),
    ("qat new with kd(teacher, SoftTarget, T: 1000)", "loss-parameter", "1000"),
    ("qat new with kd(teacher, SoftTarget, T: warm)", "loss-parameter", "warm"),
    ("qat new with kd(teacher, weight: 0.2, weight: 0.3)", "repeated-argument", "weight: 0.3"),
    ("qat new with kd(teacher, NKD, 0.7), kd(teacher, NKD, 0.6)", "weights-exceed-one", "0.6"),
    ("qat new with kd(teacher, NKD, layers: [relu1])", "layers-of-logits", "layers: [relu1]"),
    ("qat new with kd(teacher, Attention, layers: [])", "wrong-type", "[]"),
    ("qat new with kd(teacher, Attention, layers: [1])", "wrong-type", "1"),
    ("qat new with kd(teacher, Attention, layers: [nowhere])", "unknown-layer", "nowhere"),
    ("qat new with kd(teacher, Attention, scale: 0)", "loss-parameter", "0"),
    ("qat new with kd(teacher, Attention, schedule: sine)", "unknown-schedule", "sine"),
    ("qat new with kd(teacher, Attention, schedule: 1)", "wrong-type", "1"),
    ("qat new with kd(teacher, Attention, warm-up: 0)", "out-of-range", "0"),
    ("qat new with kd(teacher, Attention, warm-up: 3)", "out-of-range", "3"),
    (
      "qat new with kd(teacher, NKD, schedule: constant, warm-up: 10%)", "constant-with-warm-up",
      "warm-up: 10%"
    ),
    ("student = distill qatcnn", "teacher-missing", "distill"),
    ("teacher = distill qatcnn with kd(teacher)", "replaces-teacher", "teacher"),
    ("small = distill qatcnn with kd(qatcnn)", "untrained", "qatcnn"),
    ("small = distill resnet8 with kd(teacher)", "unknown-network", "resnet8"),
    ("qat new from techer", "unknown-model", "techer"),
    ("qat new from student", "wrong-model-kind", "student"),
    ("qat new backend tpu", "unknown-choice", "tpu"),
    ("qat new bits 1", "out-of-range", "1"),
    ("qat new weights 9", "out-of-range", "9"),
    ("qat new bits 50%", "wrong-type", "50%"),
    ("qat new bits(conv1: 9)", "out-of-range", "9"),
    ("qat new bits(conv1: bf16)", "wrong-type", "bf16"),
    ("qat new bits(8)", "missing-layer", "8"),
    ("qat new bits()", "missing-value", "bits"),
    ("qat new bits (conv1: 8)", "space-before-parenthesis", " ("),
    ("qat new bits(cnov1: 8)", "unknown-layer", "cnov1"),
    ("qat new bits(relu1: 8)", "unknown-layer", "relu1"),
    ("qat new bits(layer*: 8)", "unknown-layer", "layer*"),
    ("qat new bits(conv1: 8, conv1: 4)", "repeated-argument", "conv1: 4"),
    ("qat new bits(rest: 8, rest: 4)", "repeated-argument", "rest: 4"),
    ("qat new bits 4 bits(rest: 4)", "repeated-option", "bits"),
    ("qat new bits 4 backend fbgemm", "no-narrow-kernels", "4"),
    ("qat new bits(conv2: 7) backend tensorrt", "no-narrow-kernels", "bits(conv2: 7)"),
    ("qat new ladder(8)", "short-ladder", "ladder(8)"),
    ("qat new ladder()", "missing-value", "ladder"),
    ("qat new ladder 8", "missing-parentheses", "ladder"),
    ("qat new ladder(8, 8)", "ladder-not-falling", "8"),
    ("qat new ladder(4, 6, 8)", "ladder-not-falling", "6"),
    ("qat new ladder(9, 4)", "out-of-range", "9"),
    ("qat new ladder(8, 1)", "out-of-range", "1"),
    ("qat new ladder(8, 4.5)", "wrong-type", "4.5"),
    ("qat new ladder(8, half)", "wrong-type", "half"),
    ("qat new ladder(conv1: 8, 4)", "ladder-with-layer", "conv1"),
    ("qat new ladder(8, 4) bits 4", "ladder-and-width", "4"),
    ("qat new ladder(8, 4) bits(conv1: 8)", "ladder-and-width", "bits(conv1: 8)"),
    ("qat new ladder(8, 4) weights 4", "ladder-and-width", "4"),
    ("qat new activations 6 ladder(8, 4)", "ladder-and-width", "6"),
    ("qat new ladder(8, 4) backend qnnpack", "no-narrow-kernels", "ladder(8, 4)"),
    ("qat new ladder(8, 6, 4) epochs 1 batch 32", "ladder-longer-than-run", "ladder(8, 6, 4)"),
    ("qat new observer histogram", "pointless-option", "observer histogram"),
    ("qat new calibration 0", "out-of-range", "0"),
    ("qat new calibration 10 observer mean", "unknown-choice", "mean"),
    ("qat new keep conv1 fc", "missing-parentheses", "keep"),
    ("qat new keep(conv*, fc)", "nothing-quantized", "keep(conv*, fc)"),
    ("qat new keep(conv3)", "unknown-layer", "conv3"),
    ("qat new keep(3)", "wrong-type", "3"),
    ("qat new keep(conv1: 3)", "wrong-type", "3"),
    ("qat new keep(conv1: bf17)", "unknown-format", "bf17"),
    ("qat new keep(conv1) bits(conv1: 4)", "kept-and-quantized", "conv1"),
    ("qat new per-channel per-tensor", "contrary-options", "per-channel"),
    ("qat new scheme lqs", "unknown-choice", "lqs"),
    ("qat conv* bits 4", "unexpected-token", "conv*"),
    ("qat new observer-freeze 1.5", "out-of-range", "1.5"),
    ("convert teacher", "wrong-model-kind", "teacher"),
    ("convert nothing", "unknown-model", "nothing"),
    ("student = convert student", "replaces-source", "student"),
    ("evaluate nothing", "unknown-model", "nothing"),
    ("histogram", "missing-operand", "histogram"),
    ("compare teacher nothing", "unknown-model", "nothing"),
    ("data fashion-mnsit", "unknown-choice", "fashion-mnsit"),
    ("data mnist", "data-unusable", "mnist"),
    ("data mnist path \"/does/not/exist\"", "data-unusable", "\"/does/not/exist\""),
    ("data shapes path \"x\"", "data-unusable", "\"x\""),
    ("data shapes size 2", "out-of-range", "2"),
    ("data shapes limit 0", "out-of-range", "0"),
    ("model resnet18 = fc(10)", "name-taken", "resnet18"),
    ("model tiny = conv(0) > fc(10)", "out-of-range", "0"),
    ("model tiny = conv(8) > leakyrelu(1.5) > fc(10)", "out-of-range", "1.5"),
    ("model tiny = conv() > fc(10)", "missing-argument", "conv()"),
    ("model tiny = conv(8, strid: 2) > fc(10)", "unknown-argument", "strid"),
    ("model tiny = fc(10, 10)", "too-many-arguments", "10"),
    ("model tiny = conv(8) > pool(40) > fc(10)", "layer-does-not-fit", "pool(40)"),
    ("model tiny = conv(8, 3, groups: 3) > fc(10)", "layer-does-not-fit", "conv(8, 3, groups: 3)"),
    ("model tiny = fc(4)\ntrain tiny", "classes-differ", "fc(4)"),
    ("show", "missing-operand", "show"),
    ("show nothing", "unknown-topic", "nothing"),
    ("show graph", "missing-operand", "graph"),
    ("show data teacher", "unexpected-value", "teacher"),
    ("show run 3", "unknown-run", "3"),
    ("forget nothing", "unknown-model", "nothing"),
    ("undo\nset seed 7", "undo-not-alone", "undo"),
    ("set sede 7", "unknown-option", "sede"),
    ("set seed -7", "out-of-range", "-7"),
    ("set precision bf61", "unknown-choice", "bf61"),
    ("set precision 16", "wrong-type", "16"),
    ("set precision", "missing-value", "precision"),
    ("set precison bf16", "unknown-option", "precison"),
    ("help trian", "unknown-topic", "trian"),
  ])
  func aSlipHasOneDiagnosticAndChangesNothing(source: String, id: String?, words: String?) throws {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32")
    try scene.addModel("teacher")
    try scene.addModel("student", kind: .fakeQuantized)
    let before = try scene.state()
    let (result, _) = scene.run(source)
    #expect(result.status == .error)
    #expect(result.diagnostics.count == 1)
    let diagnostic = try #require(result.diagnostics.first)
    if let id { #expect(diagnostic.id == id) }
    let range = try #require(diagnostic.range)
    if let words { #expect(SourceFile(source).text(of: range) == words) }
    #expect(diagnostic.suggestion != nil || diagnostic.label != nil || !diagnostic.notes.isEmpty)
    #expect(try scene.state() == before)
  }

  @Test func aModelOfOtherImagesOrClassesIsRefusedWithBothSizes() throws {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32")
    try scene.addModel("small", size: 16)
    try scene.addModel("few", classes: 4)
    let sizes = try #require(scene.run("qat new with kd(small)").0.diagnostics.first)
    #expect(sizes.id == "input-differs")
    #expect(sizes.message.contains("1×16×16") && sizes.message.contains("1×28×28"))
    let classes = try #require(scene.run("evaluate few").0.diagnostics.first)
    #expect(classes.id == "classes-differ")
    #expect(classes.message.contains("4 classes") && classes.message.contains("10"))
  }

  @Test func aTeacherGivenTwiceToOneStudentMayShareTheBlend() throws {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32 size 8")
    try scene.addModel("teacher", size: 8)
    let cell = "qat new with kd(teacher, NKD, 0.4), kd(teacher, Logits, 20%) epochs 1"
    #expect(scene.run(cell).0.status == .ok)
  }

  /// Chains that the engine refuses at some point of the way are refused before a step is trained.
  @Test(arguments: [
    "conv(10) > globalpool", "conv(10, 8, padding: 0)", "fc(10) > bn", "conv(8) > relu > bn > fc(10)",
    "bn > conv(8) > relu > fc(10)", "conv(8) > bn > bn > relu > fc(10)", "fc(10) > conv(10)",
  ])
  func aNetworkThatCannotGoAllTheWayIsRefusedBeforeItTrains(chain: String) throws {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32 size 8")
    scene.run("model a = \(chain)")
    let trained = scene.run("t = train a epochs 1 batch 32 lr 1e-4").0
    let quantized = scene.run("qat s from t epochs 1 batch 32").0
    for result in [trained, quantized] where result.status == .ok {
      #expect(result.diagnostics.allSatisfy { $0.id == "not-quantizable" && $0.severity == .warning })
    }
    // What is accepted goes on to the end; what is not says so at once.
    if quantized.status == .ok {
      #expect(scene.run("convert s").0.status == .ok)
    } else if trained.status == .ok {
      #expect(trained.diagnostics.map(\.id) == ["not-quantizable"], "\(chain)")
      #expect(quantized.diagnostics.map(\.id) == ["not-quantizable"])
    } else {
      #expect(trained.diagnostics.map(\.id) == ["unsupported-network"], "\(chain)")
    }
  }

  @Test func aLayerThatCannotBeTrainedIsMarkedWhereTheCellWritesIt() throws {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32 size 8")
    let source = "model a = fc(10) > bn\nt = train a epochs 1"
    for diagnostic in scene.run(source).0.diagnostics {
      #expect(diagnostic.range.map { SourceFile(source).text(of: $0) } == "fc(10)")
    }
  }

  @Test func aBatchThatTheDataCannotFillIsLoweredAndThatIsSaid() throws {
    let scene = try Scene()
    scene.run("data shapes limit 48 test 32 size 8")
    let words = scene.run("train qatcnn epochs 1 batch 500").1.words
    #expect(words.contains("batch 48: all the training images that there are"))
    #expect(words.contains("settings: epochs 1, batch 48,"))
    #expect(!scene.run("train qatcnn epochs 1").1.words.contains("all the training images"))
  }

  @Test func aNameIsTheSameHoweverItsAccentsAreWritten() throws {
    let scene = try Scene()
    scene.run("data shapes limit 48 test 32 size 8")
    #expect(scene.run("caf\u{E9} = train qatcnn epochs 1").0.status == .ok)
    #expect(scene.run("cafe\u{301} = train qatcnn epochs 1").0.status == .ok)
    #expect(try scene.store.models().count == 1)
    #expect(scene.run("forget cafe\u{301}").0.status == .ok)
    #expect(try scene.store.models().isEmpty)
  }

  @Test func theRemedyNamesTheFloatModelAndTheDataThatFit() throws {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32")
    try scene.addModel("teacher", details: ["data": "shapes limit 64 test 32"])
    try scene.addModel("student", kind: .fakeQuantized, details: ["start": "teacher"])
    try scene.addModel("small", kind: .integer, details: ["start": "student"])
    #expect(
      scene.run("train small").0.diagnostics.first?.notes.first?.hasSuffix("made from: teacher") == true)
    scene.run("data shapes limit 10 test 10 size 8")
    let note = scene.run("evaluate teacher").0.diagnostics.first?.notes.first
    #expect(note == "go back to its data: data shapes limit 64 test 32")
    let none = try #require(scene.run("compare").0.diagnostics.first)
    #expect(none.id == "nothing-to-compare")
    #expect(none.message.contains("teacher, student and small"))
  }

  @Test func aModelOfOtherDataIsMeasuredAndThatIsSaid() throws {
    let scene = try Scene()
    scene.run("data shapes limit 64 test 32")
    try scene.addModel("teacher", details: ["data": "fashion-mnist limit 100"])
    let (result, outputs) = scene.run("evaluate teacher")
    #expect(result.status == .ok)
    #expect(outputs.words == "teacher was trained on fashion-mnist, the data in use is shapes")
  }

  @Test func withTwoClassesDecoupledKDIsToldToBeSoftTarget() throws {
    let program = parse(
      "qat s with kd(teacher, DecoupledKD), kd(teacher, NKD)", vocabulary: Command.vocabulary)
    let keyword = try #require(Command.named("qat")?.keyword(named: "with"))
    let clauses = try distillationClauses(#require(bind(program).bound.first).1.calls(keyword))
    let warning = try #require(clauses[0].warning(classes: 2))
    #expect(warning.severity == .warning)
    #expect(warning.message.contains("SoftTarget"))
    #expect(warning.range?.lowerBound == 23)
    #expect(clauses[0].warning(classes: 3) == nil)
    #expect(clauses[1].warning(classes: 2) == nil)
  }

  @Test func severalSlipsAreReportedTogetherAndNothingRuns() throws {
    let scene = try Scene()
    let (result, outputs) = scene.run("set seed 3\ntrain resnet18 epochs 0\nqat s with dk(t)")
    #expect(result.diagnostics.map(\.id) == ["out-of-range", "unknown-clause"])
    #expect(outputs.words.isEmpty)
    #expect(try scene.store.setting("seed") == nil)
  }
}
