import GraphIR
import Language
import ONNXFormat
import TensorFiles
import Text

/// Why weights of a file can't become a model.
enum LoadError: Error {
  case unreadable(SourceRange, path: String, TensorFileError)
  /// Most of the network's parameters are not in the file.
  case otherNetwork(SourceRange, path: String, network: String, WeightMatch)
  /// The file has the weights of a quantized model.
  case quantized(SourceRange, path: String, kind: Model.Kind)
  case notFinite(SourceRange, path: String, tensor: String)
  /// ImageNet's normalization is one of three channels.
  case wrongChannels(Word, channels: Int)
  /// A network by name, and no file of its weights.
  case noFile(Word)
  /// A network in a file has no name of its own.
  case nameless(SourceRange, path: String)
  /// A file that is no network, and no network beside it.
  case noNetwork(SourceRange, path: String)
  case notImported(SourceRange, path: String, ImportError)
  case imagesDiffer(SourceRange, path: String, network: Shape, data: Shape, dataName: String)
}

extension LoadError: DiagnosedError {
  var diagnostic: Diagnostic {
    switch self {
    case .unreadable(let range, let path, let error):
      complaint(
        "weights-unreadable", "\(FilePath(path).name) can't be read: \(error)", at: range,
        remedy: error.remedy)
    case .otherNetwork(let range, let path, let network, let match):
      complaint(
        "other-network",
        "\(FilePath(path).name) does not have the weights of \(network): of "
          + "\(counted(match.body.count, "parameter")) below its last layer \(grouped(match.body.matched)) "
          + "\(match.body.matched == 1 ? "is" : "are") in it",
        at: range, remedy: Self.remedy(match))
    case .quantized(let range, let path, let kind):
      complaint(
        "wrong-model-kind", "\(FilePath(path).name) has the weights of \(kind.article)", at: range,
        remedy: "load takes those of float models")
    case .notFinite(let range, let path, let tensor):
      complaint(
        "weights-unreadable",
        "\(FilePath(path).name) can't be used: \(tensor) has values that are infinite or no numbers",
        at: range)
    case .wrongChannels(let word, let channels):
      complaint(
        "wrong-channels",
        "ImageNet's normalization is one of three channels, and the model takes "
          + counted(channels, "channel"), at: word.range, remedy: "leave it out, or write normalization data")
    case .noFile(let network):
      complaint(
        "missing-operand", "load needs the file that \(network.text)'s weights are in", at: network.range,
        remedy: "write teacher = load \(network.text) \"weights.pth\"")
    case .nameless(let range, let path):
      complaint(
        "name-missing", "the model of \(FilePath(path).name) needs a name", at: range,
        remedy: "write net = load \"\(path)\"")
    case .noNetwork(let range, let path):
      complaint(
        "no-network", "\(FilePath(path).name) tells no network: only a file in ONNX does", at: range,
        remedy: "write load resnet18 \"\(path)\", with the network that the weights are of")
    case .notImported(let range, let path, let error):
      complaint(
        "network-unreadable", "\(FilePath(path).name) can't become a network here: \(error.message)",
        at: range,
        remedy: error.remedy)
    case .imagesDiffer(let range, let path, let network, let data, let name):
      complaint(
        "input-differs",
        "\(FilePath(path).name) takes images of \(network), and those of \(name) are \(data)",
        at: range, remedy: "choose data of that form first, as with data … size \(network.height)")
    }
  }

  private static func remedy(_ match: WeightMatch) -> String? {
    if let first = match.misfits.first {
      return "\(first.name) is \(PlannedLoad.words(first.found)) in the file and "
        + "\(PlannedLoad.words(first.wanted)) in the network"
    }
    guard let own = match.missing.first, let other = match.extra.first else { return nil }
    return "the network has \(own), the file has \(other)"
  }
}
