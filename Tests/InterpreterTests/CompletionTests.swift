import GraphIR
import Interpreter
import Language
import SessionStore
import Testing

@Suite struct CompletionTests {
  /// Commands whose result a name can hold.
  private static let makers = [
    "load", "train", "distill", "ptq", "dynamic", "rescale", "qat", "convert", "budget",
  ]

  /// `|` marks the cursor; the texts are those offered, in order.
  private func offered(_ marked: String) throws -> (texts: [String], replaced: String) {
    let scene = try Scene()
    try scene.addModel("teacher")
    try scene.addModel("student", kind: .fakeQuantized)
    try scene.store.transaction { try $0.define("tiny", "conv(8) > fc(10)") }
    if marked.hasPrefix("show run") {
      scene.run("data shapes limit 64 test 32 size 12")
      for name in ["one", "two"] { scene.run("\(name) = train lenet5 epochs 1") }
    }
    let parts = marked.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
    let offset = parts[0].utf8.count
    let (range, candidates) = scene.interpreter.completions(in: parts.joined(), at: offset)
    #expect(candidates.allSatisfy { !$0.detail.isEmpty })
    let replaced = String(decoding: Array(parts.joined().utf8)[range], as: UTF8.self)
    return (candidates.map(\.text), replaced)
  }

  @Test(arguments: [
    ("tr|", ["train"], "tr"),
    ("x = |", CompletionTests.makers, ""),
    (
      "train |",
      [
        "resnet18", "resnet34", "resnet50", "resnet20", "mobilenetv2", "vgg11", "vgg11_bn", "lenet5", "mlp",
        "qatcnn",
        "tiny", "teacher",
      ], ""
    ),
    ("train resnet1|", ["resnet18"], "resnet1"),
    ("train resnet18 ep|", ["epochs"], "ep"),
    ("train resnet18 epochs 3 schedule |", ["one-cycle", "cosine", "constant"], ""),
    ("train resnet18 epochs |", ["3"], ""),
    ("qat student with |", ["kd"], ""),
    (
      "qat student with kd(teacher, DecoupledKD, |",
      ["T:", "alpha:", "beta:", "normalize:", "weight:", "layers:", "schedule:", "warm-up:", "scale:"], ""
    ),
    ("qat student with kd(teacher, DecoupledKD, 0.5, T: 4, be|", ["beta:"], "be"),
    ("qat student with kd(teacher, DecoupledKD, 0.5, T: 4, T|", [], "T"),
    ("qat student with kd(teacher, NKD), kd(teacher, Attention, 0.1, p|", ["p:"], "p"),
    ("qat student with kd(teacher, NKD, g|", ["gamma:"], "g"),
    ("inspect student.|", ["student.conv1", "student.conv2", "student.fc"], "student."),
    ("inspect student.f|", ["student.fc"], "student.f"),
    ("histogram teacher.|", ["teacher.conv1", "teacher.conv2", "teacher.fc"], "teacher."),
    ("show fake-quant student.c|", ["student.conv1", "student.conv2"], "student.c"),
    ("show fake-quant r|", ["range"], "r"),
    ("show run |", ["2", "1"], ""), ("show teacher |", [], ""), ("show data |", [], ""),
    ("show graph |", ["teacher", "student", "before", "after"], ""),
    ("show images w|", ["wrong"], "w"), ("show images wrong o|", ["of"], "o"),
    ("time ev|", ["evaluate"], "ev"), ("time x = |", CompletionTests.makers, ""),
    ("time evaluate |", ["teacher", "student", "precision"], ""),
    ("qat student with kd(|", ["teacher"], ""),
    (
      "qat student with kd(teacher, |",
      [
        "SoftTarget", "DecoupledKD", "NKD", "Logits", "Mutual", "Attention", "FitNet", "Similarity",
        "ActivationBoundaries",
      ], ""
    ),
    ("qat student with kd(teacher, Attention, 0.5, la|", ["layers:"], "la"),
    ("qat student with kd(teacher, Attention, schedule: |", ["passes", "constant", "linear", "cosine"], ""),
    ("qat student with kd(teacher, Attention(|", ["p:", "scale:"], ""),
    ("student = dis|", ["distill"], "dis"),
    ("student = distill tiny wi|", ["with"], "wi"),
    ("qat student with kd(teacher, dec|", ["DecoupledKD"], "dec"),
    ("qat student with kd(loss: S|", ["SoftTarget", "Similarity"], "S"),
    ("qat student with kd(teacher, NKD(|", ["T:", "gamma:"], ""),
    ("qat student with kd(teacher, NKD, 0.5), |", ["kd"], ""),
    ("qat student with kd(teacher, NKD, 0.5) fr|", ["from", "freeze"], "fr"),
    ("qat student from |", ["teacher"], ""),
    ("qat student backend |", ["x86", "fbgemm", "onednn", "qnnpack", "xnnpack", "tensorrt"], ""),
    ("qat student bits |", ["8", "7", "6", "5", "4", "3", "2"], ""),
    ("qat student bits(|", ["conv1:", "conv2:", "fc:", "rest:"], ""),
    ("qat student from teacher bits(conv1: 8, f|", ["fc:"], "f"),
    ("qat student ladder(8, |", ["8", "7", "6", "5", "4", "3", "2"], ""),
    ("qat student from teacher calibration 20 observer mi|", ["minmax"], "mi"),
    ("qat student bits(conv1: |", ["8", "7", "6", "5", "4", "3", "2"], ""),
    ("qat student keep(con|", ["conv1", "conv2"], "con"),
    ("qat student keep(conv1: |", ["fp32", "fp16", "bf16"], ""),
    ("qat student bits(conv1: 8) keep(fc) schem|", ["scheme"], "schem"),
    ("train resnet18 optimizer ad|", ["adam", "adamw"], "ad"),
    ("qat student from teacher scheme pact bo|", ["bound-decay"], "bo"),
    ("convert |", ["student"], ""),
    ("evaluate |", ["teacher", "student", "precision"], ""),
    ("compare teacher |", ["teacher", "student", "family", "seeds", "run", "precision", "as"], ""),
    ("data |", ["fashion-mnist", "mnist", "cifar10", "cifar100", "idx", "folder", "shapes"], ""),
    ("data \"pe|", [], "pe"), ("data \"pets\" classes cat, dog gr|", ["grey"], "gr"),
    ("data \"pets\" label \"^a|", [], ""), ("predict teacher \"ca|", [], "ca"),
    ("data shapes si|", ["size"], "si"),
    (
      "show |",
      [
        "data", "images", "graph", "plan", "run", "lineage", "environment", "quantize", "integer",
        "pytorch", "fake-quant",
        "teacher",
        "student",
      ], ""
    ),
    ("show quantize 0.37 zero|", ["zero-point"], "zero"),
    ("show quantize 0.37 scale 0.1 grid |", ["unsigned", "signed", "symmetric"], ""),
    ("sensitivity |", ["teacher", "student"], ""),
    ("sensitivity teacher ta|", ["target"], "ta"),
    ("advise data |", ["yes", "no"], ""),
    ("budget 3 t|", ["teacher"], "t"),
    ("show graph t|", ["teacher"], "t"),
    ("help los|", ["losses"], "los"),
    ("explain zero|", ["zero-point"], "zero"),
    ("set |", ["seed", "precision", "threads", "checkpoint", "highlight"], ""),
    ("set checkpoint 5 m|", ["min"], "m"),
    ("set precision |", ["f32", "bf16"], ""),
    ("model tiny = conv(16, 3) > re|", ["relu", "relu6"], "re"),
    (
      "model tiny = |x",
      [
        "conv", "bn", "relu", "relu6", "leakyrelu", "hardswish", "pool", "avgpool", "globalpool", "flatten",
        "fc",
        "dropout",
      ], ""
    ),
    ("model tiny = conv(16, st|", ["stride:"], "st"),
    ("# train |", [], ""),
    ("data mnist path \"a|", [], "a"),
    ("nonsense |", [], ""),
    ("models\nev|", ["evaluate"], "ev"),
    ("qat student with kd(teacher,\n  De|", ["DecoupledKD"], "De"),
  ])
  func aPlaceOffersWhatCanStandThere(marked: String, texts: [String], replaced: String) throws {
    let found = try offered(marked)
    #expect(found.texts == texts)
    #expect(found.replaced == replaced)
  }

  @Test func namesComeFirstAfterQAT() throws {
    #expect(try offered("qat |").texts.prefix(3) == ["student", "teacher", "with"])
    #expect(try offered("qat st|").texts.first == "student")
    let scene = try Scene()
    #expect(scene.interpreter.completions(in: "qat ", at: 4).candidates.first?.text == "student")
  }

  @Test func theStartOfACellOffersEveryCommand() throws {
    let found = try offered("|")
    #expect(found.texts.first == "data")
    #expect(found.texts.count == Command.all.count)
  }

  @Test func aKeywordThatIsWrittenIsNotOfferedAgain() throws {
    let found = try offered("train resnet18 epochs 3 |")
    #expect(!found.texts.contains("epochs"))
    #expect(found.texts.contains("lr"))
  }

  @Test func anyOffsetOfAnyTextIsAnswered() throws {
    let scene = try Scene()
    let text = "größe = train resnet18 with kd(\"ä\\\" [1, 2) > > , = :\n)((a"
    for offset in -1...(text.utf8.count + 2) {
      let (range, _) = scene.interpreter.completions(in: text, at: offset)
      #expect(range.lowerBound >= 0 && range.upperBound <= text.utf8.count)
    }
  }
}
