import GraphIR
import Language
import Text

/// Why a model can't answer as it is asked to.
enum PredictionError: Error {
  /// Neither a picture nor the test images were named.
  case nothingAsked(Word, model: String)
  /// A picture and the test images.
  case bothAsked(SourceRange)
  /// `reason` goes on from the file's name.
  case unusablePicture(SourceRange, path: String, reason: String)
  case pictureDiffers(SourceRange, path: String, picture: Shape, model: Shape)
  case unknownEnding(SourceRange, path: String)
  case unwritable(SourceRange, path: String, reason: String)
}

extension PredictionError: DiagnosedError {
  var diagnostic: Diagnostic {
    switch self {
    case .nothingAsked(let verb, let model):
      complaint(
        "missing-operand", "predict needs a picture, or a file for the answers to the test images",
        at: verb.range,
        remedy: "try: predict \(model) \"cat.jpg\", or: predict \(model) test \"answers.csv\"")
    case .bothAsked(let range):
      complaint(
        "unexpected-value", "a picture and the test images are two questions", at: range,
        remedy: "ask them one after the other")
    case .unusablePicture(let range, let path, let reason):
      complaint(
        "picture-unusable", "\(path) can't be used: \(reason)", at: range,
        remedy: "name a JPEG or PNG file")
    case .pictureDiffers(let range, let path, let picture, let model):
      complaint(
        "picture-differs", "\(path) is of \(picture), and the model takes images of \(model)", at: range,
        remedy: "choose square data, to which any picture is scaled: data … size 64")
    case .unknownEnding(let range, let path):
      complaint(
        "unknown-ending", "\(quoted(path)) does not tell how the answers are to be written", at: range,
        remedy: "end its name in .csv or .npy")
    case .unwritable(let range, let path, let reason):
      complaint(
        "unwritable", "\(path) can't be written: \(reason)", at: range,
        remedy: "name a file in a folder that is there and may be written")
    }
  }
}
