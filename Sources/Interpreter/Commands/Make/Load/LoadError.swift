import GraphIR
import Language
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
