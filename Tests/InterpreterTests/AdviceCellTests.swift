import Foundation
import Interpreter
import Language
import Testing
import Training

/// What `advise` chooses on, how sure it is, and what it verifies.
@Suite(.serialized) struct AdviceCellTests {
  private func scene(_ data: String = "data shapes limit 512 test 256 size 16", _ cells: String...) throws
    -> Scene
  {
    let scene = try Scene()
    let setting = [
      data, "model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)",
      "teacher = train tiny epochs 4 lr 0.01",
    ]
    for cell in setting + cells {
      let (result, _) = scene.run(cell)
      try #require(result.status == .ok, "\(cell): \(result.diagnostics)")
    }
    return scene
  }

  private func texts(_ outputs: [Output]) -> String {
    outputs.words + "\n"
      + outputs.compactMap { if case .metric(let metric) = $0 { metric.text } else { nil } }.joined(
        separator: "\n")
  }

  @Test func gatesAreMeasuredOnImagesThatTheModelHasNotSeenAndTheAnswerOnTestImages() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("advise teacher drop 30% images 1000")
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(
      outputs.words.contains("1,000 training images that teacher has not seen (513 to 1,512 of shapes)"))
    #expect(texts(outputs).contains("verified on 256 test images that chose nothing"))
    let values = result.values
    let made = scene.run("teacher-ptq = ptq teacher").0.values
    let drop = try #require(made["teacher-ptq.drop_points"])
    #expect(abs(try #require(values["teacher.advised.drop_points"]) - drop) < 1e-9)
    #expect(values["teacher.advised.accuracy"] == made["teacher-ptq.accuracy"])
    #expect(values["teacher.advised.images"] == 256)
    for key in ["ptq", "advised"] {
      let low = try #require(values["teacher.\(key).drop_low_points"])
      let high = try #require(values["teacher.\(key).drop_high_points"])
      let drop = try #require(values["teacher.\(key).drop_points"])
      #expect(low < high && low <= drop && drop <= high)
    }
  }

  /// What was seen is known over the runs that a model comes from, whatever the data in use.
  @Test func imagesOfEarlierRunsCountAsSeen() throws {
    let scene = try scene(
      "data shapes limit 600 test 64 size 16", "data shapes limit 200 test 64 size 16",
      "train teacher epochs 1",
      "other = train teacher epochs 1")
    let words = scene.run("advise other drop 40% images 300").1.words
    #expect(words.contains("has not seen (601 to 900 of shapes)"), "\(words)")
    // Another seed draws other figures.
    try #require(scene.run("data shapes limit 100 test 64 size 16 seed 5").0.status == .ok)
    #expect(
      scene.run("advise other drop 40% images 300").1.words.contains("has not seen (101 to 400 of shapes)"))
  }

  @Test func withFewImagesItCannotBeToldAndItSaysHowManyWouldTell() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("advise teacher drop 1% images 40 epochs 1")
    try #require(result.status == .ok, "\(result.diagnostics)")
    let rows = try #require(outputs.tables.first).texts
    #expect(rows.first?[4] == "cannot be told: go on")
    #expect(!rows.contains { $0[4] == "within the target: done" })
    #expect(try #require(result.values["teacher.ptq.images_needed"]) > 40)
    #expect(outputs.words.contains("with 40 images it cannot be told whether that is within 1.00: about"))
    #expect(outputs.words.contains("no gate is known to keep the loss within 1.00 points"))
    #expect(result.values["teacher.advised.drop_points"] != nil)
    // With as many as it asks for, and some more, the first gate decides.
    let needed = Int(try #require(result.values["teacher.ptq.images_needed"]))
    if needed < 50_000 {
      let again = scene.run("advise teacher drop 1% images \(2 * needed) epochs 1").1.tables.first?.texts
        .first
      #expect(again?[4] != "cannot be told: go on")
    }
  }

  @Test func aLargerModelThatDoesBetterTeachesSoftly() throws {
    let scene = try scene(
      "data shapes limit 512 test 256 size 16",
      "model big = conv(24, 3) > bn > relu > pool(2) > conv(32, 3) > bn > relu > fc(10)",
      "expert = train big epochs 10 lr 0.01", "poor = train big epochs 1 lr 1e-5")
    let (result, outputs) = scene.run("advise teacher drop 0% bits 2 per-tensor epochs 1")
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(outputs.words.contains("expert teaches: it is larger than teacher"))
    try #require(result.values["teacher.qat.drop_points"] != nil)
    #expect(result.values["teacher.qat_kd.drop_points"] != nil)
    #expect(outputs.tables.first?.texts.last?[0] == "QAT + KD by expert")
    #expect(!outputs.words.contains("DecoupledKD"))
  }

  @Test(arguments: ["bits 2 per-tensor epochs 4", "bits 2 epochs 1", "bits 4 epochs 1"])
  func theAdvisedCellsMakeWhatWasVerified(options: String) throws {
    let scene = try scene(
      "data shapes limit 512 test 256 size 16",
      "model big = conv(24, 3) > bn > relu > pool(2) > conv(32, 3) > bn > relu > fc(10)",
      "expert = train big epochs 10 lr 0.01")
    let (result, outputs) = scene.run("advise teacher drop 0% " + options)
    var last: [String: Double] = [:]
    for text in outputs.compactMap({ if case .text(let text) = $0 { text } else { nil } })
    where text.contains(" = ") {
      for line in text.split(separator: "\n") {
        let (made, _) = scene.run(String(line))
        try #require(made.status == .ok, "\(line)")
        last = made.values
      }
    }
    let name = last.keys.contains("teacher-int8.accuracy") ? "teacher-int8" : "teacher-ptq"
    #expect(last[name + ".accuracy"] == result.values["teacher.advised.accuracy"])
  }

  @Test func withoutTrainingImagesHalfOfTheTestImagesChoose() throws {
    let scene = try scene()
    let (result, outputs) = scene.run("advise teacher drop 40% data no")
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(outputs.words.contains("the first 128 of 256 test images"))
    #expect(result.values["teacher.advised.images"] == 128)
  }

  /// A set of files of which the model has seen all training images.
  @Test func whereNoneIsLeftSomeAreHeldOutAndThatIsSaid() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (stem, count) in [("train", 400), ("t10k", 100)] {
      // A bright square whose place is the label.
      var pixels: [UInt8] = []
      for image in 0..<count {
        let label = image % 10
        pixels += (0..<64).map {
          ($0 / 16) * 3 + ($0 % 8) / 3 == label ? 200 : UInt8(($0 * 7 + image * 31) % 60)
        }
      }
      func bytes(_ sizes: [Int], _ values: [UInt8]) -> Data {
        Data(
          [0, 0, 8, UInt8(sizes.count)] + sizes.flatMap { [0, 0, UInt8($0 >> 8), UInt8($0 & 255)] } + values)
      }
      try bytes([count, 8, 8], pixels).write(to: folder.appendingPathComponent("\(stem)-images-idx3-ubyte"))
      try bytes([count], (0..<count).map { UInt8($0 % 10) })
        .write(to: folder.appendingPathComponent("\(stem)-labels-idx1-ubyte"))
    }
    let scene = try scene("data mnist path \"\(folder.path)\"")
    let (result, outputs) = scene.run("advise teacher drop 30%")
    try #require(result.status == .ok, "\(result.diagnostics)")
    #expect(
      outputs.words.contains("the last 80 of 400 training images, which no gate calibrates or trains on"))
    #expect(outputs.words.contains("teacher was trained on these images"))
    // The cell calibrates on all training images, and so does what is verified.
    let made = scene.run("teacher-ptq = ptq teacher").0.values
    #expect(result.values["teacher.advised.accuracy"] == made["teacher-ptq.accuracy"])
  }

  @Test func theSentenceOfSensitivityHasItsInterval() throws {
    let scene = try scene()
    #expect(scene.run("sensitivity teacher images 30 target 1%").1.words.contains("with 95 % confidence"))
    let fine = scene.run("sensitivity teacher images 256 target 40%").1.words
    #expect(fine.contains("no layer needs to stay in float") && !fine.contains("cannot be told"))
  }

  @Test func anAdviceThatIsStoppedSaysSo() throws {
    let scene = try scene()
    let before = try scene.state()
    let cancellation = Cancellation()
    let (result, outputs) = scene.run("advise teacher bits 2 drop 0%", cancellation: cancellation) { output in
      if case .note(let text) = output, text.contains("weights alone rounded") { cancellation.cancel() }
    }
    #expect(result.status == .interrupted)
    #expect(outputs.words.contains("stopped; the gates above are those that were measured"))
    #expect(try scene.state() == before)
  }
}
