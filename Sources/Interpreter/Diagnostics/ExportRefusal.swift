import Language
import ONNXFormat
import SessionStore
import Text

/// Why a model is not written to the file that a statement names.
enum ExportRefusal: Error {
  /// The name tells no format.
  case unknownFormat(SourceRange, path: String)
  case occupied(SourceRange, path: String, by: String)
  case noFolder(SourceRange, folder: String)
  case closedFolder(SourceRange, folder: String)
  case exists(SourceRange, path: String)
  /// Something was read from the file: the notebook that runs, or a model's weights.
  case isInput(SourceRange, path: String, input: String)
  /// An option of ONNX files.
  case onlyONNX(SourceRange, option: String)
  case fakeQuantized(Word)
  /// Two classes would share a folder.
  case sameFolder(SourceRange, classes: [String], folder: String)
  case folderFilled(SourceRange, path: String)
  /// An option of a model's file.
  case notOfImages(SourceRange, option: String)
  /// The same of an archive of the session.
  case notOfSession(SourceRange, option: String)
  /// The format can't say what a layer is.
  case model(Word, ExportError)
}

extension ExportRefusal: DiagnosedError {
  var diagnostic: Diagnostic {
    switch self {
    case .unknownFormat(let range, let path):
      complaint(
        "unknown-format", "\(quoted(path)) does not say in which format it is to be written", at: range,
        remedy: "end its name with \(sentence(ExportFormat.allCases.map { "." + $0.rawValue }, "or"))")
    case .occupied(let range, let path, let occupant):
      complaint(
        "file-in-the-way", "\(quoted(path)) is \(occupant), which a file can't take the place of", at: range,
        remedy: "name a file")
    case .noFolder(let range, let folder):
      complaint("no-such-folder", "there is no folder \(quoted(folder))", at: range, remedy: "make it first")
    case .closedFolder(let range, let folder):
      complaint(
        "folder-closed", "nothing may be written in \(quoted(folder))", at: range,
        remedy: "name another folder")
    case .exists(let range, let path):
      complaint(
        "file-exists", "there is a file \(quoted(path)) already", at: range,
        remedy: "write another name, or force to put the model in its place")
    case .isInput(let range, let path, let input):
      complaint(
        "output-is-input",
        path == input
          ? "\(quoted(path)) was read here, and a replay would find something else in it"
          : "\(quoted(path)) is the same file as \(quoted(input)), which was read here",
        at: range, remedy: "write another name")
    case .onlyONNX(let range, let option):
      complaint(
        "pointless-option", "\(option) says nothing of a safetensors file, which holds weights alone",
        at: range,
        remedy: "leave it out, or end the file's name with .onnx")
    case .fakeQuantized(let word):
      complaint(
        "wrong-model-kind", "\(word.text) is a QAT model, whose layers still compute in float",
        at: word.range,
        remedy: "convert it, and export its integer model: convert \(word.text)")
    case .sameFolder(let range, let classes, let folder):
      complaint(
        "classes-share-folder",
        "\(sentence(classes.map(quoted), "and")) would both be the folder \(quoted(folder))",
        at: range, remedy: "name the classes otherwise: data … classes …")
    case .folderFilled(let range, let path):
      complaint(
        "folder-filled", "\(quoted(path)) holds other files than these images", at: range,
        remedy: "name a folder that is not there yet")
    case .notOfImages(let range, let option):
      complaint(
        "pointless-option", "\(option) says nothing of images", at: range, remedy: "leave it out")
    case .notOfSession(let range, let option):
      complaint(
        "pointless-option", "\(option) says nothing of a session's archive", at: range, remedy: "leave it out"
      )
    case .model(let word, let error):
      complaint(
        "not-exportable", "\(word.text) can't be written so: \(error.message)", at: word.range,
        remedy: error.remedy(model: word.text))
    }
  }
}

extension ExportRefusal {
  /// Throws where a file can't have its name, or must not.
  static func check(_ file: WholeFile, replaces: Bool, at place: SourceRange) throws(ExportRefusal) {
    switch file.place {
    case .free: break
    case .file: if !replaces { throw .exists(place, path: file.path) }
    case .occupied(let occupant): throw .occupied(place, path: file.path, by: occupant)
    case .noFolder(let folder): throw .noFolder(place, folder: folder)
    case .closedFolder(let folder): throw .closedFolder(place, folder: folder)
    }
  }
}
