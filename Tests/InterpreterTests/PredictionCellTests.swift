import Foundation
import Interpreter
import Language
import Pictures
import SessionStore
import Testing

/// Single answers: a picture, all test images, and which classes are mistaken.
@Suite struct PredictionCellTests {
  let scene: Scene
  let folder: PictureFolderOnDisk

  init() throws {
    scene = try Scene()
    folder = try PictureFolderOnDisk()
    let (result, _) = scene.run(
      folder.named(
        """
        data "P" size 12 test 50%
        model tiny = conv(4, 3) > bn > relu > globalpool > fc(3)
        teacher = train tiny epochs 1
        other = train tiny epochs 1 seed 3
        """))
    #expect(result.status == .ok, "\(result.diagnostics)")
  }

  @Test func aPictureGetsItsLikeliestClasses() throws {
    let (result, outputs) = scene.run("predict teacher \"\(folder.path)/cat/3.png\"")
    #expect(result.status == .ok, "\(result.diagnostics)")
    let table = try #require(outputs.tables.first)
    #expect(table.rows.count == 3 && Set(table.texts.map { $0[0] }) == ["cat", "dog", "emu"])
    let shares = table.rows.compactMap { $0[1].number }
    #expect(abs(shares.reduce(0, +) - 1) < 3e-4 && shares == shares.sorted(by: >))
    #expect(result.values["teacher.probability"].map { $0 > 1.0 / 3 } == true)
  }

  /// The file's rows are those of an evaluation, in both forms.
  @Test func answersToAllTestImagesAreWrittenAsTextAndAsFloats() throws {
    let accuracy = scene.run("evaluate teacher").0.values["teacher.accuracy"]
    for ending in ["csv", "npy"] {
      let path = folder.path + "/answers." + ending
      let (result, outputs) = scene.run("predict teacher test \"\(path)\"")
      #expect(result.status == .ok && outputs.words.contains("12 test images"), "\(result.diagnostics)")
      #expect(result.values["teacher.accuracy"] == accuracy)
    }
    let text = try String(contentsOfFile: folder.path + "/answers.csv", encoding: .utf8)
    let lines = text.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    #expect(lines[0] == ["label", "chosen", "cat", "dog", "emu"] && lines.count == 13)
    let rows = try lines.dropFirst().map { try $0.map { try #require(Float($0)) } }
    for row in rows { #expect(row[2 + Int(row[1])] == row[2...].max()) }
    #expect(Double(rows.count { $0[0] == $0[1] }) / 12 == accuracy)
    let floats = try Array(Data(contentsOf: URL(fileURLWithPath: folder.path + "/answers.npy")))
    #expect(floats.prefix(8) == [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0])
    #expect((floats.count - 12 * 5 * 4) % 64 == 0)
    let values = floats.suffix(12 * 5 * 4).withUnsafeBytes { bytes in
      (0..<60).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
    #expect(values == rows.flatMap { $0 })
  }

  @Test(arguments: [
    ("predict teacher", "predict needs a picture"), ("predict teacher \"P/nothing.jpg\"", "can't be used"),
    ("predict teacher \"P/cat/1.png\" test \"a.csv\"", "two questions"),
    ("predict teacher test \"P/a.txt\"", "does not tell how"),
    ("predict teacher test \"P/none/a.csv\"", "can't be written"),
    ("predict techer \"P/cat/1.png\"", "no model is called"), ("confusion teacher against tiny", "tiny"),
  ])
  func mistakesAreToldBeforeAnythingRuns(cell: String, message: String) {
    let (result, _) = scene.run(cell.replacing("\"P/", with: "\"\(folder.path)/"))
    #expect(result.status == .error)
    #expect(result.diagnostics.first?.message.contains(message) == true, "\(result.diagnostics)")
  }

  @Test func confusionCountsEveryTestImageOnce() throws {
    let (result, outputs) = scene.run("confusion teacher")
    #expect(result.status == .ok, "\(result.diagnostics)")
    let counts = try #require(outputs.tables.first)
    let numbers = counts.rows.map { $0.dropFirst().compactMap(\.number) }
    #expect(numbers.map { $0.reduce(0, +) } == [4, 4, 4])
    let correct = (0..<3).reduce(0) { $0 + numbers[$1][$1] }
    #expect(result.values["teacher.accuracy"] == correct / 12)
    let found = outputs.tables[1].rows.compactMap { $0[2].number }
    #expect(found == (0..<3).map { numbers[$0][$0] / 4 })
    let mistakes = outputs.tables[2].rows.compactMap { $0[2].number }
    #expect(mistakes.reduce(0, +) == 12 - correct && mistakes == mistakes.sorted(by: >))
  }

  @Test func againstAnotherModelTheDifferencesAddUpToNothing() throws {
    let (result, outputs) = scene.run("confusion teacher against other")
    #expect(result.status == .ok, "\(result.diagnostics)")
    let numbers = outputs.tables[0].rows.map { $0.dropFirst().compactMap(\.number) }
    #expect(numbers.allSatisfy { $0.count == 3 && $0.reduce(0, +) == 0 })
    #expect(outputs.tables.count == 4)
    let own = scene.run("evaluate teacher").0.values["teacher.accuracy"] ?? 0
    let others = scene.run("evaluate other").0.values["other.accuracy"] ?? 0
    let alone = outputs.tables[3].rows.reduce(0.0) { sum, row in
      sum + (row[0].text == "other" ? 1 : -1) * (row[3].number ?? 0)
    }
    #expect(abs(alone - 12 * (own - others)) < 1e-9)
    #expect(
      scene.run("confusion teacher against teacher").1.tables[0].rows.flatMap { $0 }.compactMap(\.number)
        .allSatisfy { $0 == 0 })
  }

  @Test func imagesAreShownWithTheirClassesAndWhatTheyAreTakenFor() throws {
    func sheets(_ cell: String) -> [ImageSheet] {
      scene.run(cell).1.compactMap { if case .images(let sheet) = $0 { sheet } else { nil } }
    }
    let all = try #require(sheets("show images limit 5").first)
    #expect(all.items.count == 5 && all.items.allSatisfy { $0.choice == nil && $0.pixels.count == 3 * 144 })
    let (result, _) = scene.run("show images wrong of teacher")
    let accuracy = scene.run("evaluate teacher").0.values["teacher.accuracy"] ?? 0
    #expect(abs((result.values["teacher.wrong"] ?? 0) - (1 - accuracy)) < 1e-12)
    for item in sheets("show images wrong of teacher").flatMap(\.items) { #expect(item.isRight == false) }
    for item in sheets("show images flipped of teacher against other").flatMap(\.items) {
      #expect(item.choice != item.otherChoice)
    }
    // A picture of one colour has that colour: blue is 9 in all of them.
    #expect(all.items.allSatisfy { $0.pixels[2] == 9 })
    for cell in [
      "show images wrong", "show images flipped of teacher", "show images odd", "show data of teacher",
    ] {
      #expect(scene.run(cell).0.status == .error, "\(cell)")
    }
  }
}
