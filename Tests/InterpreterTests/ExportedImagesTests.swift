import Foundation
import Interpreter
import Language
import Pictures
import Testing
import Training

/// `export data`: the images in use as a folder of PNG files; other programs read them in `Tests/Clients`.
@Suite(.serialized) final class ExportedImagesTests {
  private let scene: Scene
  private let folder: URL

  init() throws {
    scene = try Scene()
    folder = FileManager.default.temporaryDirectory.appending(path: "images-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A cell in which F is the folder.
  private func run(_ cell: String) -> (CellResult, [Output]) {
    scene.run(cell.replacing("F/", with: folder.path + "/"))
  }

  private func files(in name: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.appending(path: name).path).filter {
      $0.hasSuffix(".png")
    }.sorted()
  }

  @Test(arguments: ["grey", ""])
  func whatGoesOutComesBackAndTrainsTheSame(grey: String) throws {
    #expect(run("data shapes limit 60 test 30 size 12").0.status == .ok)
    let (exported, _) = run("export data \"F/x\"")
    #expect(exported.status == .ok, "\(exported.diagnostics)")
    #expect(exported.values["data.export_images"] == 90)
    #expect(try files(in: "x").count == 90)
    let (back, outputs) = run("data \"F/x\" \(grey)\nshow data")
    #expect(back.status == .ok, "\(back.diagnostics)")
    #expect(
      outputs.words.contains("60 training and 30 test images of \(grey.isEmpty ? 3 : 1)×12×12, 10 classes"))
    #expect(run("export data \"F/again\"").0.status == .ok)
    // What comes back goes out as the same bytes, whatever the order of the images in each class.
    func contents(_ name: String) throws -> [String: Set<Data>] {
      try files(in: name).reduce(into: [:]) { sets, file in
        let parts = file.split(separator: "/")
        try #require(parts.count == 3)
        let bytes = try Data(contentsOf: folder.appending(path: name).appending(path: file))
        sets["\(parts[0])/\(parts[1])", default: []].insert(bytes)
      }
    }
    if grey.isEmpty {
      #expect(try contents("again").keys == contents("x").keys)
    } else {
      #expect(try contents("again") == contents("x"))
    }
  }

  @Test func othersMayReadWhatWentOut() throws {
    #expect(run("data shapes limit 20 test 10 size 8\nexport data \"F/x\"").0.status == .ok)
    let one = try #require(try files(in: "x").first)
    var place = folder.appending(path: "x").appending(path: one).deletingLastPathComponent()
    while place.path.count > folder.path.count {
      let attributes = try FileManager.default.attributesOfItem(atPath: place.path)
      #expect((attributes[.posixPermissions] as? Int) == 0o755, "\(place.path)")
      place = place.deletingLastPathComponent()
    }
  }

  @Test func aFolderThatHoldsTheSameIsLeftAsItIsAndAnotherIsRefused() throws {
    #expect(run("data shapes limit 20 test 10 size 8\nexport data \"F/x\"").0.status == .ok)
    let (again, outputs) = run("export data \"F/x\"")
    #expect(again.status == .ok)
    #expect(outputs.words.contains("are there already, the same"))
    let one = try #require(try files(in: "x").first)
    let place = folder.appending(path: "x").appending(path: one)
    let bytes = try Data(contentsOf: place)
    try (bytes + [0]).write(to: place)
    #expect(run("export data \"F/x\"").0.diagnostics.first?.id == "folder-filled")
    #expect(try Data(contentsOf: place) == bytes + [0])
    try bytes.write(to: place)
    try bytes.write(to: folder.appending(path: "x").appending(path: "more.png"))
    #expect(run("export data \"F/x\"").0.diagnostics.first?.id == "folder-filled")
  }

  @Test func aNameThatNoFolderCanHaveIsChangedAndSaid() throws {
    #expect(run("data fashion-mnist limit 30 test 10").0.status == .ok)
    let (result, outputs) = run("export data \"F/clothes\"")
    #expect(result.status == .ok, "\(result.diagnostics)")
    #expect(outputs.words.contains("\"T-shirt/top\" is \"T-shirt-top\""))
    #expect(try files(in: "clothes").allSatisfy { $0.split(separator: "/").count == 3 })
  }

  @Test func twoClassesOfOneFolderAreRefusedBeforeAnythingIsWritten() throws {
    for name in ["b", "c"] {
      let place = folder.appending(path: "own/\(name)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data(encodedPNG([UInt8](repeating: 9, count: 192), width: 8, height: 8)).write(
        to: place.appending(path: "1.png"))
      try Data(encodedPNG([UInt8](repeating: 7, count: 192), width: 8, height: 8)).write(
        to: place.appending(path: "2.png"))
    }
    let idx = folder.appending(path: "idx")
    try FileManager.default.createDirectory(at: idx, withIntermediateDirectories: true)
    for (part, count) in [("train", 4), ("t10k", 4)] {
      let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, UInt8(count), 0, 0, 0, 8, 0, 0, 0, 8]
      try Data(images + (0..<count * 64).map { UInt8($0 % 251) }).write(
        to: idx.appending(path: "\(part)-images-idx3-ubyte"))
      try Data([0, 0, 8, 1, 0, 0, 0, UInt8(count)] + (0..<count).map { UInt8($0 % 2) }).write(
        to: idx.appending(path: "\(part)-labels-idx1-ubyte"))
    }
    let chosen = run("data idx path \"F/idx\" classes \"a/b\", \"a-b\"").0
    #expect(chosen.status == .ok, "\(chosen.diagnostics)")
    #expect(run("export data \"F/x\"").0.diagnostics.first?.id == "classes-share-folder")
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "x").path))
  }

  @Test(arguments: [
    ("export data \"F/none/x\"", "no-such-folder"), ("export data \"F/a.file\"", "file-in-the-way"),
    ("export data \"/dev/null\"", "file-in-the-way"), ("export data \"F/x\" force", "pointless-option"),
    ("export data \"F/x\" for openvino", "pointless-option"), ("export data \"F/x.onnx\"", "unknown-model"),
    ("export data", "missing-operand"),
  ])
  func whatCanNotGoOutIsRefused(cell: String, id: String) throws {
    try Data("a".utf8).write(to: folder.appending(path: "a.file"))
    #expect(run("data shapes limit 20 test 10 size 8").0.status == .ok)
    let (result, _) = run(cell)
    #expect(result.status == .error)
    #expect(result.diagnostics.first?.id == id, "\(result.diagnostics)")
  }

  @Test func stoppingLeavesNothing() throws {
    #expect(run("data shapes limit 2000 test 10").0.status == .ok)
    let cancellation = Cancellation()
    let cell = "export data \"\(folder.path)/x\""
    let (result, _) = scene.run(cell, cancellation: cancellation) { output in
      if case .progress = output { cancellation.cancel() }
    }
    #expect(result.status == .interrupted)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }
}
