import GraphIR
import Interpreter
import Language
import SessionStore
import Testing
import Training

/// Cells that train: a small network on drawn images, all the way to integers.
@Suite(.serialized) struct EndToEndCellTests {
  private static let setting = """
    data shapes limit 512 test 256 size 16
    model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)
    """

  private func scene(_ cells: String...) throws -> Scene {
    let scene = try Scene()
    for cell in [Self.setting] + cells {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  @Test func aSmallStudentLearnsFromTheLayersOfAnotherNetwork() throws {
    let scene = try scene(
      "model big = conv(16, 3) > bn > relu > pool(2) > conv(24, 3) > relu > fc(10)",
      "teacher = train big epochs 2")
    let (float, outputs) = scene.run(
      "student = distill tiny with kd(teacher, DecoupledKD, 0.3), kd(teacher, Attention, 0.1), "
        + "kd(teacher, FitNet, 0.1, layers: [relu2], schedule: cosine, warm-up: 50%) epochs 2")
    #expect(float.status == .ok)
    #expect(
      outputs.words.contains("Attention compares relu1 (16×16) and relu2 (8×8): the last layers of each size")
    )
    #expect(outputs.words.contains("FitNet compares relu2 (8×8, a regressor from 16 to 24 channels)"))
    #expect(outputs.words.contains("teacher runs in each step, and its logits are not kept"))
    #expect(outputs.words.contains("layers: [relu2], schedule: cosine, warm-up: 0.5)"))
    for name in [
      "kd_loss", "kd_loss.DecoupledKD", "kd_loss.Attention", "kd_loss.FitNet", "teacher_agreement",
    ] {
      #expect(float.values["student." + name] != nil, "\(name)")
    }
    let warning = float.diagnostics.first
    #expect(warning?.id == "negligible-term" && warning?.severity == .warning)
    #expect(warning?.message.hasPrefix("Attention hardly guides") == true)
    #expect(warning?.notes.first?.contains("Attention(scale: ") == true)
    #expect(warning?.notes.last?.contains("kd(teacher, Attention(p: 2, scale: ") == true)

    let (fine, words) = scene.run("student = distill student with kd(teacher, SoftTarget) epochs 1")
    #expect(fine.status == .ok && words.words.contains("student goes on from what it learned"))

    let (quantized, qat) = scene.run(
      "qat q from student with kd(teacher, Similarity(scale: 1000), 0.3) epochs 1")
    #expect(quantized.status == .ok && qat.words.contains("q starts as a copy of student"))
    #expect(qat.words.contains("the student's layers are compared after fake quantization"))
    #expect(scene.run("convert q").0.status == .ok)
  }

  @Test(arguments: [
    (
      "distill tiny with kd(teacher, Attention, layers: [relu1: relu2])",
      """
      error: Attention needs planes of the same size: the student's relu1 is 8×16×16, the teacher's relu2 24×8×8
        distill tiny with kd(teacher, Attention, layers: [relu1: relu2])
                                                          ^~~~~~~~~~~~
        note: relu1 can be compared with the teacher's relu1: layers: [relu1]
      """
    ),
    (
      "distill tiny with kd(teacher, ActivationBoundaries, layers: [relu1])",
      """
      error: ActivationBoundaries needs as many channels in both: the student's relu1 is 8×16×16, the teacher's relu1 16×16×16
        distill tiny with kd(teacher, ActivationBoundaries, layers: [relu1])
                                                                     ^~~~~
        note: FitNet puts a trained regressor between them, and Attention takes any channels
      """
    ),
    (
      "distill tiny with kd(teacher, Attention, layers: [fc])",
      """
      error: Attention compares places, and there is only one: the student's fc is 10, the teacher's fc 10
        distill tiny with kd(teacher, Attention, layers: [fc])
                                                          ^~
        note: choose layers before the pooling, or Similarity, which compares whole images
      """
    ),
    (
      "distill tiny with kd(teacher, FitNet, layers: [relu1: rleu1])",
      """
      error: teacher has no layer "rleu1"
        distill tiny with kd(teacher, FitNet, layers: [relu1: rleu1])
                                                              ^~~~~ did you mean "relu1"?
      """
    ),
    (
      "distill tiny with kd(teacher, ActivationBoundaries)",
      """
      error: ActivationBoundaries finds no layers of student and teacher that it could compare
        distill tiny with kd(teacher, ActivationBoundaries)
                                      ^~~~~~~~~~~~~~~~~~~~
        note: the student has relu1 (8×16×16) and relu2 (16×8×8); the teacher has relu1 (16×16×16) and relu2 (24×8×8)
      """
    ),
  ])
  func layersThatCantBeComparedAreRefused(cell: String, picture: String) throws {
    let scene = try scene(
      "data shapes limit 64 test 64 size 16",
      "model big = conv(16, 3) > bn > relu > pool(2) > conv(24, 3) > relu > fc(10)",
      "teacher = train big epochs 1")
    #expect(scene.picture(cell) == picture)
  }

  @Test func trainingGoesAllTheWayToAnIntegerModel() throws {
    let scene = try scene()
    let (teacher, teacherOutputs) = scene.run("teacher = train tiny epochs 8 batch 64 lr 0.01")
    #expect(teacher.status == .ok)
    #expect(teacher.values["teacher.epochs"] == 8)
    #expect(try #require(teacher.values["teacher.accuracy"]) > 0.3)
    #expect(teacherOutputs.words.contains("settings: epochs 8, batch 64, lr 0.01, schedule one-cycle"))

    let (student, studentOutputs) = scene.run("qat student with kd(teacher, DecoupledKD, 0.5) epochs 2")
    #expect(student.status == .ok)
    #expect(studentOutputs.words.contains("student starts as a copy of teacher"))
    #expect(studentOutputs.words.contains("lr 0.001: a tenth of what teacher was trained with"))
    #expect(studentOutputs.words.contains("activation observers frozen"))
    #expect(student.values["student.kd_loss"] != nil && student.values["student.task_loss"] != nil)

    let (converted, _) = scene.run("convert")
    #expect(converted.status == .ok)
    let fake = try #require(converted.values["student.fake_quant_accuracy"])
    let integer = try #require(converted.values["student.int8_accuracy"])
    #expect(fake == student.values["student.accuracy"])
    #expect(abs(fake - integer) <= 0.02)
    #expect(try #require(converted.values["student.agreement"]) >= 0.95)
    let floatSize = try #require(teacher.values["teacher.size_bytes"])
    #expect(try #require(converted.values["student-int8.size_bytes"]) < 0.5 * floatSize)
    #expect(converted.values["student-int8.accuracy"] == integer)
    let names = ["student.size_bytes", "student-int8.size_bytes"]
    let sizes = names.map { converted.values[$0] }
    #expect(sizes[0] == student.values["student.size_bytes"])

    let (compared, outputs) = scene.run("compare")
    #expect(outputs.tables.first?.texts.map(\.first) == ["teacher", "student", "student-int8"])
    #expect(compared.values["teacher.speedup"] == 1)
    #expect(names.map { compared.values[$0] } == sizes)
    for table in outputs.tables {
      let widths = table.columns.indices.map { column in
        ([table.columns[column].title] + table.texts.map { $0[column] }).map(\.count).max() ?? 0
      }
      #expect(widths.reduce(2 * (widths.count - 1), +) <= 80, "the table leaves a terminal of 80 columns")
    }
    #expect(compared.values["student-int8.accuracy"] == integer)
    let (again, _) = scene.run("evaluate student-int8")
    #expect(again.values["student-int8.accuracy"] == integer)
    #expect(again.values["student-int8.loss"] == converted.values["student-int8.loss"])
  }

  @Test func onlyTimesAndSpeedsAreNotReproducible() throws {
    let scene = try scene("teacher = train tiny epochs 1", "qat student with kd(teacher) epochs 1")
    let metrics =
      scene.run("convert").0.metrics + scene.run("compare").0.metrics
      + scene.run("train teacher epochs 1").0.metrics
    let timed = Set(metrics.filter { !$0.reproducible }.compactMap { $0.name.split(separator: ".").last })
    #expect(
      timed == [
        "latency_ms", "latency_spread", "throughput", "throughput_spread", "speedup", "step_ms",
        "training_seconds",
      ])
  }

  @Test func seedsGiveMeansIntervalsAndWhatDistillationAdds() throws {
    let scene = try scene(
      "teacher = train tiny epochs 1", "qat alone from teacher epochs 1",
      "qat taught with kd(teacher, SoftTarget, 0.5) epochs 1 seed 3")
    let (compared, outputs) = scene.run("compare seeds 2")
    #expect(compared.status == .ok)
    let table = try #require(outputs.tables.last)
    #expect(table.texts.map { $0[1] } == ["FP32", "QAT", "QAT + KD"])
    // The first run has the model's own seed, and so its accuracy.
    #expect(table.texts.map { $0[2] } == outputs.tables.first?.texts.map { $0[2] })
    for name in ["teacher", "alone", "taught"] {
      #expect(try #require(compared.values[name + ".accuracy_interval"]) >= 0)
    }
    #expect(compared.values["taught.kd_gain"] != nil)
    #expect(scene.run("train teacher epochs 1").0.status == .ok)
    #expect(scene.run("compare teacher seeds 2").0.diagnostics.map(\.id) == ["not-repeatable"])
  }

  @Test func theSameCellsGiveTheSameValues() throws {
    let cells = ["teacher = train tiny epochs 1 seed 5", "qat student with kd(teacher) epochs 1", "convert"]
    let values = try (0..<2).map { _ in
      let scene = try scene()
      return cells.map { scene.run($0).0.metrics.filter(\.reproducible) }
    }
    #expect(values[0] == values[1])
  }

  @Test func aRunIsStoredWithItsSettingsAndCurves() throws {
    let scene = try scene("teacher = train tiny epochs 2", "qat student with kd(teacher, NKD, 0.25) epochs 1")
    let runs = try scene.store.runs()
    #expect(runs.map(\.kind) == [.train, .qat])
    #expect(runs.map(\.status) == [.finished, .finished])
    #expect(runs.allSatisfy { run in run.endedAt.map { $0 > run.startedAt } == true })
    #expect(
      runs[1].settings["with"]
        == "kd(teacher, NKD(T: 1, gamma: 1.5), 0.25, schedule: passes, scale: balanced)")
    #expect(try scene.store.metrics(of: runs[0].id, key: "loss").map(\.step) == Array(1...8))
    #expect(try scene.store.metrics(of: runs[0].id, key: "test_accuracy").map(\.step) == [4, 8])
    #expect(try scene.store.metricKeys(of: runs[1].id).contains("kd_loss"))
    let shown = scene.run("show run 1").1
    #expect(
      shown.contains { if case .curve(let curve) = $0 { curve.series[0].points.count == 8 } else { false } })
  }

  @Test func theTeachersLogitsAreKeptAcrossRunsAndItIsSaid() throws {
    let scene = try scene("teacher = train tiny epochs 1")
    let (first, outputs) = scene.run("qat student with kd(teacher) epochs 2")
    #expect(outputs.words.contains("teacher's logits are kept: computed once for 512 images, 20.5 kB"))
    #expect(first.values["student.teacher_logits_bytes"] == 20_480)
    let (second, again) = scene.run("qat student with kd(teacher) epochs 2")
    #expect(again.words.contains("teacher's logits are kept: known from an earlier run, 512 images, 20.5 kB"))
    #expect(second.values["student.loss"] == first.values["student.loss"])
    scene.run("data shapes limit 512 test 256 size 16 augment")
    let (augmented, words) = scene.run("qat student with kd(teacher) epochs 1")
    #expect(words.words.contains("teacher's logits are computed in each step"))
    #expect(augmented.values["student.teacher_logits_bytes"] == nil)
    let records = try scene.store.runs().map { $0.settings["teacher-logits"] }
    #expect(records == [nil, "kept", "kept", "computed in each step"])
  }

  @Test func aStoppedRunKeepsWhatItLearnedAndSkipsTheRest() throws {
    let scene = try scene()
    let cancellation = Cancellation()
    let (result, outputs) = scene.run(
      "teacher = train tiny epochs 50\nset seed 9", cancellation: cancellation
    ) { output in
      if case .progress = output { cancellation.cancel() }
    }
    #expect(result.status == .interrupted)
    #expect(result.diagnostics == [])
    #expect(outputs.words.contains("teacher keeps what it learned"))
    #expect(outputs.words.contains("1 statement after it did not run"))
    #expect(try scene.store.setting("seed") == nil)
    #expect(try scene.store.model(named: "teacher")?.figures["accuracy"] == nil)
    #expect(try scene.store.runs().map(\.status) == [.interrupted])
    #expect(scene.run("evaluate teacher").0.status == .ok)
  }

  @Test func aLossThatIsNoNumberKeepsNothingAndPointsAtTheRate() throws {
    let scene = try scene()
    let before = try scene.state()
    let source = "set seed 4\nteacher = train tiny lr 1e30"
    let diagnostic = try #require(scene.run(source).0.diagnostics.first)
    #expect(diagnostic.id == "loss-not-finite")
    #expect(diagnostic.range.map { SourceFile(source).text(of: $0) } == "1e30")
    #expect(diagnostic.notes.first?.contains("lr 1e+29") == true)
    #expect(try scene.state() == before)
  }
}
