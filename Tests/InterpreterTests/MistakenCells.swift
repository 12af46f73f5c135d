/// Cells as people type them who come from other programs, and for each the cell that is right.
///
/// They are run in a session with images of shapes, the float model `teacher`, its QAT model `student` and `student-int8`,
/// and a run of `teacher`.
enum MistakenCells {
  static let all: [(typed: String, right: String)] =
    python + shell + otherWords + options + values + networks + teachers + decisions + signs

  private static let python: [(typed: String, right: String)] = [
    ("train(resnet18)", "train resnet18"), ("teacher = train(resnet18)", "teacher = train resnet18"),
    ("train(resnet18, epochs=3)", "train resnet18 epochs 3"), ("print(teacher)", "show teacher"),
    ("help(qat)", "help qat"), ("student.evaluate()", "evaluate student"),
    ("evaluate(student)", "evaluate student"),
    ("student.convert()", "convert student"), ("teacher.train(epochs=2)", "train teacher epochs 2"),
    ("teacher = resnet18", "teacher = train resnet18"), ("teacher = resnet18()", "teacher = train resnet18"),
    ("let teacher = train resnet18", "teacher = train resnet18"), ("undo()", "undo"), ("models()", "models"),
    ("teacher == train resnet18", "teacher = train resnet18"), ("model.fit(resnet18)", "train resnet18"),
    ("qat(s, teacher)", "qat s from teacher"), ("s = qat(teacher)", "s = qat from teacher"),
    ("x = compare", "compare"), ("evaluate('teacher')", "evaluate teacher"),
    ("teacher evaluate", "evaluate teacher"), ("torch.manual_seed(7)", "set seed 7"),
  ]

  private static let shell: [(typed: String, right: String)] = [
    ("rm student", "forget student"), ("delete student", "forget student"), ("del student", "forget student"),
    ("ls", "models"), ("ls models", "models"), ("list runs", "runs"), ("man qat", "help qat"),
    ("train resnet18 --epochs 3", "train resnet18 epochs 3"), ("cat teacher", "show teacher"),
    ("echo \"two epochs\"", "print \"two epochs\""), ("sudo compare", "compare"),
  ]

  private static let otherWords: [(typed: String, right: String)] = [
    ("eval student", "evaluate student"), ("test student", "evaluate student"),
    ("fit resnet18", "train resnet18"),
    ("quantize teacher", "ptq teacher"), ("quantize teacher bits 4", "ptq teacher bits 4"),
    ("quantise teacher", "ptq teacher"), ("calibrate teacher", "ptq teacher"),
    ("plot student.conv1", "histogram student.conv1"), ("plot loss", "show run"),
    ("plot teacher", "show run teacher"),
    ("show models", "models"), ("show runs", "runs"), ("summary teacher", "show teacher"),
    ("describe teacher", "show teacher"), ("accuracy teacher", "evaluate teacher"),
    ("benchmark teacher student", "compare teacher student"),
    ("confusion_matrix student", "confusion student"),
    ("resume teacher", "train teacher"), ("fine tune teacher", "train teacher"),
    ("what is scale", "explain scale"),
    ("what is a zero point", "explain zero-point"), ("explain scales", "explain scale"),
    ("explain zp", "explain zero-point"),
    ("use shapes", "data shapes"), ("dataset shapes", "data shapes"), ("load shapes", "data shapes"),
    ("seed 7", "set seed 7"), ("save teacher \"t.safetensors\"", "export teacher \"t.safetensors\""),
    ("Evaluate teacher", "evaluate teacher"), ("trian resnet18", "train resnet18"),
    ("evaluate techer", "evaluate teacher"),
    ("sens teacher", "sensitivity teacher"),
    ("infer student test \"a.csv\"", "predict student test \"a.csv\""),
  ]

  private static let options: [(typed: String, right: String)] = [
    ("train resnet18 epocs 3", "train resnet18 epochs 3"),
    ("train resnet18 learning_rate 0.001", "train resnet18 lr 0.001"),
    ("train resnet18 batch_size 64", "train resnet18 batch 64"),
    ("train resnet18 3 epochs", "train resnet18 epochs 3"),
    ("train resnet18 for 3 epochs", "train resnet18 epochs 3"),
    ("train resnet18 sgd", "train resnet18 optimizer sgd"),
    ("train resnet18, epochs 3", "train resnet18 epochs 3"),
    ("train resnet18 epochs", "train resnet18 epochs 3"),
    ("train resnet18 epochs 3 learning_rate 0.1", "train resnet18 epochs 3 lr 0.1"),
    ("train resnet18 weight_decay 1e-4", "train resnet18 decay 1e-4"),
    ("small = train qatcnn lr 1e-4 3e-4", "small = train qatcnn lr 1e-4, 3e-4"),
    ("train resnet18 lr 1e-3 lr 1e-4", "train resnet18 lr 1e-4"),
    ("ptq teacher percentile", "ptq teacher observer percentile"),
    ("train resnet18 on gpu", "train resnet18"), ("ptq teacher nbits 4", "ptq teacher bits 4"),
    ("qat s from teacher epochs: 3, bits: 4", "qat s from teacher epochs: 3 bits: 4"),
    ("qat s from teacher random_seed 3", "qat s from teacher seed 3"),
  ]

  private static let values: [(typed: String, right: String)] = [
    ("train resnet18 epochs three", "train resnet18 epochs 3"),
    ("train resnet18 epochs 2.5", "train resnet18 epochs 3"),
    ("train resnet18 epochs 0", "train resnet18 epochs 1"),
    ("train resnet18 optimizer Adam", "train resnet18 optimizer adam"),
    ("train ResNet18", "train resnet18"), ("train resnet-18", "train resnet18"),
    ("train \"resnet18\"", "train resnet18"),
    ("qat s from teacher int4", "qat s from teacher bits 4"),
    ("qat s from teacher bits int4", "qat s from teacher bits 4"),
    ("qat s from teacher 4bit", "qat s from teacher bits 4"),
    ("qat s from teacher 4 bits", "qat s from teacher bits 4"),
    ("qat s from teacher w4a8", "qat s from teacher weights 4 activations 8"),
    ("qat s from teacher fp16", "qat s from teacher keep(fc: fp16)"),
    ("ptq teacher observer KL", "ptq teacher observer entropy"),
    ("data fashion_mnist limit 100", "data fashion-mnist limit 100"),
    ("data shapes limit 20,000", "data shapes limit 20000"),
    ("set seed seven", "set seed 7"),
    ("train resnet18 schedule onecycle", "train resnet18 schedule one-cycle"),
    ("ptq teacher bits 16", "ptq teacher bits 8"),
  ]

  private static let networks: [(typed: String, right: String)] = [
    ("net = conv(8, 3) > relu > fc(10)", "model net = conv(8, 3) > relu > fc(10)"),
    ("model conv(8, 3) > relu > fc(10)", "model tiny = conv(8, 3) > relu > fc(10)"),
    ("model net conv(8, 3) > fc(10)", "model net = conv(8, 3) > fc(10)"),
    ("model net = Conv2d(8, 3) > ReLU > Linear(10)", "model net = conv(8, 3) > relu > fc(10)"),
    ("model net = conv(8, 3) -> relu -> fc(10)", "model net = conv(8, 3) > relu > fc(10)"),
    ("model net = conv(8, 3), relu, fc(10)", "model net = conv(8, 3) > relu > fc(10)"),
    ("model net = conv(8, 3) > > fc(10)", "model net = conv(8, 3) > fc(10)"),
    ("model net = conv(8, 3) > maxpool(2) > dense(10)", "model net = conv(8, 3) > pool(2) > fc(10)"),
    ("model net = conv(8, 3) relu fc(10)", "model net = conv(8, 3) > relu > fc(10)"),
    ("net = model conv(8, 3) > fc(10)", "model net = conv(8, 3) > fc(10)"),
  ]

  private static let teachers: [(typed: String, right: String)] = [
    ("qat s with kd(teacher, DKD, 0.5)", "qat s with kd(teacher, DecoupledKD, 0.5)"),
    ("qat s with kd(teacher, KL)", "qat s with kd(teacher, SoftTarget)"),
    ("qat s with kd(teacher, cross-entropy)", "qat s with kd(teacher, SoftTarget)"),
    ("qat s with kd(teacher, mse)", "qat s with kd(teacher, Logits)"),
    ("qat s teacher", "qat s from teacher"),
    ("qat s with teacher", "qat s with kd(teacher)"), ("qat s kd(teacher)", "qat s with kd(teacher)"),
    ("qat s with DKD(teacher)", "qat s with kd(teacher, DecoupledKD)"),
    ("qat s using teacher", "qat s with kd(teacher)"),
    ("qat s with kd(teacher, DecoupledKD, 0.5", "qat s with kd(teacher, DecoupledKD, 0.5)"),
    ("qat s with kd(teacher, temperature=4)", "qat s with kd(teacher, T=4)"),
    ("qat s with kd(teacher, DecoupledKD, 50)", "qat s with kd(teacher, DecoupledKD, 50%)"),
    ("qat s with kd(teacher weight 0.5)", "qat s with kd(teacher, weight: 0.5)"),
    ("student2 = distil qatcnn with kd(teacher)", "student2 = distill qatcnn with kd(teacher)"),
  ]

  private static let decisions: [(typed: String, right: String)] = [
    ("convert student to int8", "convert student"), ("convert teacher", "ptq teacher"),
    ("ptq student", "convert student"),
    ("inspect teacher", "sensitivity teacher"), ("histogram conv1 of student", "histogram student.conv1"),
    ("compare teacher and student", "compare teacher student"),
    ("compare teacher, student", "compare teacher student"),
    ("compare teacher vs student", "compare teacher student"),
    ("budget 200 teacher", "budget 200 MB teacher"),
    ("advise teacher drop 1 %", "advise teacher drop 1%"),
    ("export student-int8 student.onnx", "export student-int8 \"student.onnx\""),
    ("export student-int8 to \"student.onnx\"", "export student-int8 \"student.onnx\""),
    ("evaluate", "evaluate student-int8"), ("show run techer", "show run teacher"),
    ("show run 7", "show run 1"),
  ]

  private static let signs: [(typed: String, right: String)] = [
    ("// train the teacher", "# train the teacher"),
    ("evaluate teacher // on all", "evaluate teacher # on all"),
    ("% train the teacher", "# train the teacher"),
    ("evaluate teacher; compare", "evaluate teacher\ncompare"),
    ("evaluate 'teacher'", "evaluate teacher"), ("compare “teacher”", "compare teacher"),
    ("evaluate teacher)", "evaluate teacher"),
    ("evaluate: teacher", "evaluate teacher"), ("train resnet18 epochs (3)", "train resnet18 epochs 3"),
    ("evaluate = teacher", "evaluate teacher"), ("qat s from teacher bits[4]", "qat s from teacher bits 4"),
  ]
}
