import Foundation
import Interpreter
import Language
import SessionStore
import Testing

/// `export session`: what is in the archive is tried in `ArchiveTests` and by tar in `Tests/Clients`.
@Suite final class ExportedSessionTests {
  private let scene: Scene
  private let folder: URL

  init() throws {
    scene = try Scene()
    folder = FileManager.default.temporaryDirectory.appending(path: "qatlab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try scene.addModel("teacher")
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func run(_ cell: String) -> (CellResult, [Output]) {
    scene.run(cell.replacing("\"F/", with: "\"\(folder.path)/"))
  }

  @Test func theExampleRunsAndSaysHowToOpenIt() throws {
    let (result, outputs) = run("export session \"F/session.tar\"")
    #expect(result.status == .ok, "\(result.diagnostics)")
    #expect(outputs.words.contains("1 file of weights") && outputs.words.contains("--session session"))
    #expect(FileManager.default.fileExists(atPath: folder.path + "/session.tar"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["session.tar"])
  }

  @Test func aFileIsReplacedOnlyWhereThatIsAsked() throws {
    #expect(run("export session \"F/a.tar\"").0.status == .ok)
    #expect(run("export session \"F/a.tar\"").0.diagnostics.map(\.id) == ["file-exists"])
    #expect(run("export session \"F/a.tar\" force").0.status == .ok)
  }

  @Test(arguments: [
    ("export session \"F/none/a.tar\"", "no-such-folder"),
    ("export session \"/dev/null.tar/x.tar\"", "no-such-folder"),
    ("export session \"F/a.tar\" for openvino", "pointless-option"),
    ("export session \"F/a.tar\" opset 17", "pointless-option"),
    ("export session \"F/a.tar\" pixels", "pointless-option"),
    // Another end is a model's file, and there is no model of that name.
    ("export session \"F/a.safetensors\"", "unknown-model"), ("export session \"F/a\"", "unknown-format"),
    ("export session", "missing-operand"), ("export teacher \"F/a.tar\"", "unknown-format"),
  ])
  func whatCanNotBeWrittenIsRefusedBeforeAnythingIs(cell: String, id: String) throws {
    let (result, _) = run(cell)
    #expect(result.diagnostics.first?.id == id, "\(result.diagnostics)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  /// A name that hides the folder, or leads out of it, is none in the archive.
  @Test(arguments: [(".tar", "session"), (".hidden.tar", "session.hidden"), ("a b.TAR", "a b")])
  func theFolderInTheArchiveHasTheNameOfTheFile(file: String, name: String) throws {
    #expect(run("export session \"F/\(file)\"").0.status == .ok)
    let bytes = try [UInt8](Data(contentsOf: folder.appending(path: file)))
    #expect(bytes.starts(with: Array("\(name)/\0".utf8)))
  }

  @Test func whatTheCellItselfChangesIsNotInIt() {
    let (result, outputs) = run("set seed 7\nexport session \"F/a.tar\"")
    #expect(result.status == .ok)
    #expect(outputs.words.contains("not in the archive"))
  }
}
