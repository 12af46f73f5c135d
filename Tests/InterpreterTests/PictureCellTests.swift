import Datasets
import Foundation
import Interpreter
import Language
import Pictures
import SessionStore
import Testing
import Training

/// Folders of pictures as the `data` command takes them.
@Suite struct PictureCellTests {
  let folder: PictureFolderOnDisk

  init() throws { folder = try PictureFolderOnDisk() }

  /// What is written, and what the session keeps of it.
  @Test(arguments: [
    ("data \"P\" size 8", "\"P\" size 8"), ("data folder \"P\" size 8", "\"P\" size 8"),
    ("data folder path \"P\" size 8", "\"P\" size 8"),
    ("data \"P\" test 25% grey", "\"P\" test 25% grey"), ("data \"P\" test 0.07", "\"P\" test 7%"),
    ("data \"P\" test 3", "\"P\" test 3"), ("data \"P/flat\" test \"../flat\"", ""),
    ("data \"P\" classes dog, cat", "\"P\" classes \"dog\", \"cat\""),
    ("data \"P\" classes \"dog\",\n  cat stretch size 6", "\"P\" classes \"dog\", \"cat\" size 6 stretch"),
    (
      "data \"P/flat\" label \"^(.*)_\\d+\\.png$\" limit 3",
      "\"P/flat\" label \"^(.*)_\\\\d+\\\\.png$\" limit 3"
    ),
    ("data \"P/flat\" label \"^c\" classes cat, dog", "\"P/flat\" label \"^c\" classes \"cat\", \"dog\""),
    ("data \"P\" seed 4 skip-broken augment", "\"P\" skip-broken seed 4 augment"),
    ("data \"P\" augment jitter 25%", "\"P\" augment jitter 0.25"),
  ])
  func whatIsKeptBindsAgainToTheSame(written: String, kept: String) throws {
    let scene = try Scene()
    let (result, outputs) = scene.run(folder.named(written))
    guard !kept.isEmpty else {
      #expect(result.status == .error)
      return
    }
    #expect(result.status == .ok, "\(result.diagnostics)")
    let stored = try #require(try scene.store.setting("data"))
    #expect(stored == folder.named(kept))
    #expect(outputs.words.hasPrefix(stored + ": "))
    let again = try #require(DataChoice(text: stored))
    #expect(again.text == stored)
    // Another cell finds the same data by these words.
    #expect(scene.run("show data").1.words.contains("classes: "))
  }

  @Test func aFolderTrainsLikeAnyDataAndItsClassesAreShown() throws {
    let scene = try Scene()
    let (result, outputs) = scene.run(
      folder.named(
        """
        data "P" size 12 augment
        model tiny = conv(4, 3) > bn > relu > globalpool > fc(3)
        teacher = train tiny epochs 1
        show data
        """))
    #expect(result.status == .ok, "\(result.diagnostics)")
    #expect(outputs.words.contains("classes: cat, dog, emu"))
    #expect(outputs.words.contains("images of 3×12×12, 3 classes"))
  }

  @Test func aBrokenFileIsNamedAndTheFolderMarked() throws {
    try folder.write("emu/9.jpg", [1, 2, 3])
    let scene = try Scene()
    let written = folder.named("data \"P\" size 8")
    let diagnostic = try #require(scene.run(written).0.diagnostics.first)
    #expect(diagnostic.message.contains("emu/9.jpg can't be used: it is neither JPEG nor PNG"))
    #expect(diagnostic.notes.joined().contains("go on without it: skip-broken"))
    #expect(diagnostic.range?.lowerBound == 5)
    let (result, outputs) = scene.run(written + " skip-broken")
    #expect(result.status == .ok)
    #expect(outputs.words.contains("left out: 1 file that can't be read\n  emu/9.jpg: it is neither"))
  }

  @Test(arguments: [
    ("data \"P\" classes cat", "P has 1 class;"),
    ("data \"P\" classes cat, cat", "names with commas between"),
    ("data \"P\" classes cat, gnu", "there is no class \"gnu\""),
    ("data shapes grey", "shapes has no use for grey"),
    ("data \"P\" path \"Q\"", "the folder is named twice"),
    ("data \"P\" label \"(\"", "the pattern \"(\" is none"),
    ("data \"P\" test 0%", "test takes"),
    ("data \"P\" test \"held\"", "the folder of the test images is not there"),
    ("data \"P\" limit 9000", "9000 training images were asked for"),
    ("data \"P\" label x", "label takes a regular"),
    ("data \"nowhere\"", "there is no folder nowhere"),
    ("data \"P\" jitter 0.2", "jitter says nothing without augment"), ("data pest", "no data set is called"),
  ])
  func mistakesAreTold(written: String, message: String) throws {
    let scene = try Scene()
    let (result, _) = scene.run(folder.named(written))
    #expect(result.status == .error)
    let found = result.diagnostics.map(\.message).joined(separator: "; ")
    #expect(found.contains(folder.named(message)), "\(found)")
  }

  @Test func decodingStopsAtTheUsersWishAndLeavesTheSession() throws {
    let scene = try Scene()
    scene.run("data shapes limit 20 test 10")
    let before = try scene.state()
    let cancellation = Cancellation()
    cancellation.cancel()
    let (result, outputs) = scene.run(folder.named("data \"P\" size 8"), cancellation: cancellation)
    #expect(result.status == .interrupted && result.diagnostics.isEmpty)
    #expect(outputs.words.contains("stopped"))
    #expect(try scene.state() == before)
  }
}

/// A folder of small pictures in three classes, and the same in one folder; removed with the object.
final class PictureFolderOnDisk {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("pictures-\(UUID().uuidString)").path
    for (label, name) in ["cat", "dog", "emu"].enumerated() {
      for index in 0..<8 {
        let colour = [UInt8(80 * label), UInt8(20 * index), 9]
        let file = try encodedPNG((0..<64).flatMap { _ in colour }, width: 8, height: 8)
        try write("\(name)/\(index).png", file)
        if name != "emu" { try write("../\(base)-flat/\(name)_\(index).png", file) }
      }
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    try? FileManager.default.removeItem(atPath: path + "-flat")
  }

  private var base: String { String(path.split(separator: "/").last ?? "") }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// A cell with the folder in the place of P, and the flat one in that of P/flat.
  func named(_ cell: String) -> String {
    cell.replacing("\"P/flat\"", with: "\"\(path)-flat\"").replacing("\"P\"", with: "\"\(path)\"")
      .replacing("P has", with: "\(path) has")
  }
}
