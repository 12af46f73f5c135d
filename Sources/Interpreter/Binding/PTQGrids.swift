import GraphIR
import Language
import Quantization

extension Keyword {
  static let perTensor = Keyword(
    "per-tensor", .flag, otherwise: "the backend's", "one scale for all weights of a layer")
  static let perChannel = Keyword(
    "per-channel", .flag, otherwise: "the backend's", "one scale for each output's weights")
  static let symmetric = Keyword(
    "symmetric", .flag, otherwise: "the backend's", "activation grids around zero, without a zero point")

  static let grids: [Keyword] = [.perTensor, .perChannel, .symmetric, .backend]
}

func policy(_ arguments: Arguments, graph: Graph) throws -> QuantizationPolicy {
  var policy = QuantizationPolicy()
  if let word = arguments.word(.backend), let backend = QuantizationBackend(rawValue: word.text) {
    policy.backend = backend
  }
  policy.symmetricActivations = arguments.has(.symmetric)
  policy.perChannelWeights = arguments.has(.perTensor) ? false : arguments.has(.perChannel) ? true : nil
  return policy
}

extension QuantizationPolicy {
  var settings: [(name: String, value: String)] {
    var settings: [(name: String, value: String)] = []
    if let perChannelWeights {
      settings.append(((perChannelWeights ? Keyword.perChannel : .perTensor).name, ""))
    }
    if symmetricActivations { settings.append((Keyword.symmetric.name, "")) }
    return settings + [(Keyword.backend.name, backend.rawValue)]
  }
}

func notes(on policy: QuantizationPolicy, _ graph: Graph) -> [String] { [] }
