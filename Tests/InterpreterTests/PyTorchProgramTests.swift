import Foundation
import Interpreter
import Language
import Testing

/// `show pytorch`: the program says what the record says, and names what has no twin.
///
/// Whether it is Python is for `test_pytorch_program.py`.
@Suite(.serialized) struct PyTorchProgramTests {
  private func scene() throws -> Scene {
    let scene = try Scene()
    for cell in [
      "data shapes limit 128 test 32 size 16", "model tiny = conv(4, 3) > bn > relu > pool(2) > fc(10)",
      "teacher = train tiny epochs 1 batch 32 lr 0.002 optimizer adamw decay 0.05",
      "qat student from teacher with kd(teacher, NKD(T: 2, gamma: 1.5), 0.3) epochs 2 batch 16 bits(conv1: 8, rest: 4)",
      "convert student", "baseline = ptq teacher equalize observer mse", "small = dynamic teacher",
    ] {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  private func program(_ name: String, _ scene: Scene) throws -> (text: String, words: String) {
    let (result, outputs) = scene.run("show pytorch \(name)")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let text = outputs.compactMap { if case .drawing(let text) = $0 { text } else { nil } }.joined()
    return (text, outputs.words)
  }

  @Test func theRecipeIsInTheProgram() throws {
    let scene = try scene()
    let (text, _) = try program("student", scene)
    for part in [
      "nn.Conv2d(1, 4, 3, stride=1, padding=1, groups=1", "nn.BatchNorm2d(4", "F.max_pool2d(",
      "nn.Linear(256, 10",
      "teacher = Tiny()", "epochs=1, batch=32, lr=0.002", "optimizer=\"adamw\", decay=0.05",
      "student = copy.deepcopy(teacher)", "epochs=2, batch=16", "nkd(s, t, y, T=2.0, gamma=1.5)",
      "teacher=teacher, weight=0.3", "freeze_batchnorm=0.5", "-7, 7, symmetric=True, per_channel=True",
      "mapping.set_module_name(\"conv1\"", "-127, 127, symmetric=True, per_channel=True",
      "averaging_constant=0.01", "prepare_qat_fx(student.train(), mapping",
    ] { #expect(text.contains(part), "\(part)") }
    let integer = try program("student-int8", scene).text
    #expect(integer.contains("student_int8 = convert_fx(copy.deepcopy(student).eval())"))
    // Ancestors come before what is made from them, each once.
    #expect(integer.components(separatedBy: "prepare_qat_fx(student").count == 2)
  }

  @Test func whatHasNoTwinIsToldInCommentAndOutput() throws {
    let scene = try scene()
    let (text, words) = try program("baseline", scene)
    #expect(text.contains("prepare_fx(baseline.eval(), mapping") && text.contains("calibrate(baseline, data"))
    for gap in ["equalize", "observer mse", "export data"] {
      #expect(words.contains(gap) && text.contains(gap), "\(gap)")
    }
    let dynamic = try program("small", scene)
    #expect(dynamic.text.contains("quantize_dynamic(copy.deepcopy(teacher)"))
  }

  @Test(arguments: [
    ("show pytorch", "missing-operand"), ("show pytorch nobody", "unknown-model"),
    ("show pytorch teacher student", "unexpected-value"),
    ("show pytorch teacher to \"/nowhere/at/all.py\"", "unwritable"),
    ("show data to \"x.py\"", "pointless-option"),
  ])
  func whatCannotBeIsRefused(cell: String, id: String) throws {
    let scene = try Scene()
    try scene.addModel("teacher")
    try scene.addModel("student")
    #expect(scene.run(cell).0.diagnostics.first?.id == id, "\(scene.picture(cell))")
  }
}
