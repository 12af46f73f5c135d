import Execution
package import GraphIR
import Language
package import Quantization
import Text
import Training

extension Keyword {
  static let bits = Keyword(
    "bits", .layers(.width), otherwise: "8", example: "4",
    "width of weights and activations: of all layers, or by name, * for any text, and the rest")
  static let weightBits = Keyword(
    "weights", .width, otherwise: "8", example: "4", "width of weights, where bits names no layer's")
  static let activationBits = Keyword(
    "activations", .width, otherwise: "8", example: "8", "width of activations, likewise")
  static let keep = Keyword(
    "keep", .layers(.storage), otherwise: "no layer", example: "(conv1, fc: bf16)",
    "layers that stay in float, stored as \(sentence(FloatStorage.allCases.map(\.rawValue), "or"))")
  static let scheme = Keyword(
    "scheme",
    .choice([
      Choice("moving-average", "weights by their largest magnitude, activations by a moving average"),
      Choice("lsq", "scales of weights and activations are trained (learned step size)"),
      Choice("pact", "activations are cut at a trained bound, weights by their largest magnitude"),
    ]), otherwise: QuantizationPolicy.Scheme.movingAverage.rawValue, example: "lsq", "how ranges are found")
  static let powerOfTwo = Keyword(
    "power-of-two", .flag, otherwise: "any scale", "scales are powers of two, so that a shift multiplies")
  static let perTensor = Keyword(
    "per-tensor", .flag, otherwise: "the backend's", "one scale for all weights of a layer")
  static let perChannel = Keyword(
    "per-channel", .flag, otherwise: "the backend's", "one scale for each output's weights")
  static let symmetric = Keyword(
    "symmetric", .flag, otherwise: "the backend's", "activation grids around zero, without a zero point")
  static let affine = Keyword(
    "affine", .flag, otherwise: "the backend's",
    "activation grids with a zero point, so that they cover ranges that are not around zero")
  static let backend = Keyword(
    "backend",
    .choice([
      Choice("x86", "u8 activations, s8 weights with a scale a channel; 2 to 8 bits"),
      Choice("fbgemm", "as x86 with 7-bit activations, for processors without VNNI"),
      Choice("onednn", "as x86"),
      Choice("qnnpack", "u8 activations, s8 weights with one scale a tensor"),
      Choice("xnnpack", "symmetric s8 activations, s8 weights with a scale a channel"),
      Choice("tensorrt", "as xnnpack"),
    ]), otherwise: QuantizationPolicy().backend.rawValue, example: "x86",
    "where the integer model will run, which sets the grids")

  /// Options that settle the grids of a quantized model, however its ranges are found.
  static let grids: [Keyword] = [
    .bits, .weightBits, .activationBits, .keep, .powerOfTwo, .perTensor, .perChannel, .symmetric, .affine,
    .backend,
  ]

  /// Stands in `bits(…)` for the layers that it does not name.
  static let rest = "rest"
}

/// What the options say of the grids of a float network's layers.
///
/// `hasExactByteProducts` tells of the processor that the integer model will run on. Throws `PolicyError` and
/// `BindingError` where a layer is unknown, or where the options can't go together.
package func policy(
  _ arguments: Arguments, graph: Graph, hasExactByteProducts: Bool = Processor.hasExactByteProducts
) throws -> QuantizationPolicy {
  var policy = QuantizationPolicy()
  if let word = arguments.word(.backend), let backend = QuantizationBackend(rawValue: word.text) {
    policy.backend = backend
  }
  if let word = arguments.word(.scheme), let scheme = QuantizationPolicy.Scheme(rawValue: word.text) {
    policy.scheme = scheme
  }
  policy.powerOfTwo = arguments.has(.powerOfTwo)
  policy.symmetricActivations = try symmetry(arguments, policy)
  policy.perChannelWeights = try granularity(arguments)
  policy.reducesRange = policy.backend == .x86 && !hasExactByteProducts
  let layers = LayerNames(graph)
  let widths = try LayerWidths(arguments, layers)
  let kept = try keptLayers(arguments, layers)
  if let all = widths.rest { (policy.weightBits, policy.activationBits) = (all, all) }
  if let last = try ladder(arguments)?.widths.last {
    (policy.weightBits, policy.activationBits) = (last, last)
  }
  if let bits = arguments.count(.weightBits) { policy.weightBits = bits }
  if let bits = arguments.count(.activationBits) { policy.activationBits = bits }
  policy.rules = try ordered(kept: kept, widths: widths.rules)
  try require(policy, arguments, graph)
  return policy
}

private func granularity(_ arguments: Arguments) throws(PolicyError) -> Bool? {
  if arguments.has(.perTensor), let range = arguments.range(of: .perChannel) {
    throw .bothGranularities(range)
  }
  return arguments.has(.perTensor) ? false : arguments.has(.perChannel) ? true : nil
}

/// Whether activation grids lie around zero where the backend's own need not.
///
/// Throws where `affine` asks for a zero point that nothing would have.
private func symmetry(_ arguments: Arguments, _ policy: QuantizationPolicy) throws(PolicyError) -> Bool {
  guard let range = arguments.range(of: .affine) else { return arguments.has(.symmetric) }
  if arguments.has(.symmetric) { throw .bothSymmetries(range) }
  if policy.backend.activationGrid().symmetric {
    throw .noZeroPoint(range, backend: policy.backend.rawValue)
  }
  if policy.scheme != .movingAverage { throw .zeroPointFixed(range, scheme: policy.scheme.rawValue) }
  return false
}

/// Throws where the backend has no kernels for the widths, or where no layer is quantized.
private func require(
  _ policy: QuantizationPolicy, _ arguments: Arguments, _ graph: Graph
) throws(PolicyError) {
  var narrowest: (bits: Int, layer: String)?
  var quantizes = false
  for (id, precision) in layerPrecisions(of: graph, policy: policy).sorted(by: { $0.key < $1.key }) {
    guard case .integer(let weights, let activations) = precision else { continue }
    quantizes = true
    let bits = min(weights, activations)
    if bits < narrowest?.bits ?? 8 { narrowest = (bits, graph.nodes[id].name) }
  }
  guard quantizes else {
    throw .nothingQuantized(arguments.range(of: .keep) ?? arguments.verb.range)
  }
  guard let narrowest, !policy.backend.hasNarrowWidths else { return }
  let written = [Keyword.bits, .weightBits, .activationBits, .ladder].compactMap { arguments.range(of: $0) }
    .first
  throw .noNarrowKernels(
    written ?? arguments.verb.range, backend: policy.backend.rawValue, bits: narrowest.bits,
    layer: narrowest.layer)
}

/// A rule with the words that wrote it.
private struct WrittenRule {
  var word: Word
  var precision: LayerPrecision
  var rule: LayerRule { LayerRule(word.text, precision) }
  var isPattern: Bool { word.text.contains("*") }
  var letters: Int { word.text.count { $0 != "*" } }
}

/// Names before patterns, and of patterns those that say more, so that an exception may stand anywhere.
private func ordered(kept: [WrittenRule], widths: [WrittenRule]) throws(PolicyError) -> [LayerRule] {
  for rule in kept where widths.contains(where: { $0.word.text == rule.word.text }) {
    throw .keptAndQuantized(rule.word)
  }
  let rules = kept + widths
  return rules.enumerated().sorted { one, other in
    if one.element.isPattern != other.element.isPattern { return !one.element.isPattern }
    if one.element.letters != other.element.letters { return one.element.letters > other.element.letters }
    return one.offset < other.offset
  }.map(\.element.rule)
}

/// The layers with weights, which options may name.
private struct LayerNames {
  let network: String
  let names: [String]

  init(_ graph: Graph) {
    network = graph.architecture
    names = graph.nodes.filter(\.operation.hasWeights).map(\.name)
  }

  func require(_ word: Word) throws(PolicyError) {
    let rule = LayerRule(word.text, .float(.float32))
    guard !names.contains(where: rule.fits) else { return }
    throw .unknownLayer(word, known: names, network: network)
  }
}

/// `bits 4` or `bits(conv1: 8, rest: 4)`.
private struct LayerWidths {
  var rest: Int?
  var rules: [WrittenRule] = []

  init(_ arguments: Arguments, _ layers: LayerNames) throws {
    rest = arguments.count(.bits)
    guard let call = arguments.arguments(.bits) else { return }
    for argument in call.arguments {
      guard let label = argument.label else { throw PolicyError.widthWithoutLayer(argument.value) }
      let bits = try width(argument.value, label: label.text, call: call)
      if label.text == Keyword.rest, rest == nil {
        rest = bits
      } else {
        if label.text == Keyword.rest || rules.contains(where: { $0.word.text == label.text }) {
          throw BindingError.call(.repeated(argument.range, label: label.text, call: call.name.text))
        }
        try layers.require(label)
        rules.append(WrittenRule(word: label, precision: .integer(weights: bits, activations: bits)))
      }
    }
  }
}

/// A width in an option's own parentheses.
private func width(_ expression: Expression, label: String, call: Call) throws(BindingError) -> Int {
  switch checked(expression, kind: .width) {
  case .fits(.count(let bits)): return bits
  case .outOfRange:
    throw .call(.outOfRange(expression, label: label, call: call.name.text, kind: .width))
  case .fits, .wrongKind, .unknown:
    throw .call(.wrongKind(expression, label: label, call: call.name.text, kind: .width))
  }
}

/// `keep(conv1, fc: bf16)`.
private func keptLayers(_ arguments: Arguments, _ layers: LayerNames) throws -> [WrittenRule] {
  guard let call = arguments.arguments(.keep) else { return [] }
  var rules: [WrittenRule] = []
  for argument in call.arguments {
    var storage = FloatStorage.float32
    var layer = argument.label
    if layer == nil {
      layer = argument.value.word
    } else if let word = argument.value.word {
      guard let known = FloatStorage(rawValue: word.text) else {
        throw BindingError.call(.unknown(word, noun: "format", known: storageChoices))
      }
      storage = known
    } else {
      throw PolicyError.notAFormat(argument.value, layer: argument.label?.text ?? "")
    }
    guard let layer else { throw PolicyError.notALayer(argument.value) }
    guard !rules.contains(where: { $0.word.text == layer.text }) else {
      throw BindingError.call(.repeated(argument.range, label: layer.text, call: call.name.text))
    }
    try layers.require(layer)
    rules.append(WrittenRule(word: layer, precision: .float(storage)))
  }
  return rules
}

/// The formats of a layer that stays in float.
let storageChoices = [
  Choice(FloatStorage.float32.rawValue, "weights in 32 bits"),
  Choice(FloatStorage.float16.rawValue, "weights in 16 bits: 11 of precision, up to 65,504"),
  Choice(FloatStorage.bfloat16.rawValue, "weights in 16 bits: 8 of precision, the range of fp32"),
]
