package import GraphIR
package import Quantization
import Text

extension QuantizationPolicy {
  /// Every setting that differs from layer to layer or from the default, by the option that sets it.
  package var settings: [(name: String, value: String)] {
    var settings = widthSettings
    let kept = rules.compactMap { rule -> String? in
      guard case .float(let storage) = rule.precision else { return nil }
      return rule.pattern + (storage == .float32 ? "" : ": " + storage.rawValue)
    }
    if !kept.isEmpty { settings.append((Keyword.keep.name, "(" + kept.joined(separator: ", ") + ")")) }
    if scheme != .movingAverage { settings.append((Keyword.scheme.name, scheme.rawValue)) }
    if powerOfTwo { settings.append((Keyword.powerOfTwo.name, "")) }
    if let perChannelWeights {
      settings.append(((perChannelWeights ? Keyword.perChannel : .perTensor).name, ""))
    }
    if symmetricActivations { settings.append((Keyword.symmetric.name, "")) }
    return settings + [(Keyword.backend.name, backend.rawValue)]
  }

  private var widthSettings: [(name: String, value: String)] {
    let widths = rules.compactMap { rule -> String? in
      guard case .integer(let bits, let activations) = rule.precision else { return nil }
      // Only a budget has layers whose weights are narrower than their outputs, and no option says that.
      return "\(rule.pattern): " + (bits == activations ? "\(bits)" : "w\(bits)a\(activations)")
    }
    let areEqual = weightBits == activationBits
    var settings: [(name: String, value: String)] = []
    if !widths.isEmpty {
      let all = widths + (areEqual ? ["\(Keyword.rest): \(weightBits)"] : [])
      settings.append((Keyword.bits.name, "(" + all.joined(separator: ", ") + ")"))
    } else if areEqual {
      settings.append((Keyword.bits.name, "\(weightBits)"))
    }
    if !areEqual {
      settings += [
        (Keyword.weightBits.name, "\(weightBits)"), (Keyword.activationBits.name, "\(activationBits)"),
      ]
    }
    return settings
  }
}

/// What there is to say of a policy before its run: which layers it treats in another way, and its grids.
///
/// `admitsWidths` is false where the cell can't also write `bits(…)`.
package func notes(
  on policy: QuantizationPolicy, _ graph: Graph, admitsWidths: Bool = true
) -> [String] {
  [gridNote(policy), endsNote(policy, graph, admitsWidths), keptNote(policy, graph)].compactMap { $0 }
}

/// The grids where they are not those of x86 in 8 bits, and how they differ from them.
private func gridNote(_ policy: QuantizationPolicy) -> String? {
  let plain = QuantizationPolicy()
  let grids = GridWords(policy)
  let usual = GridWords(plain)
  guard grids != usual || policy.reducesRange else { return nil }
  let differences = [
    grids.activations == usual.activations ? nil : "activations \(usual.activations)",
    grids.weights == usual.weights ? nil : "weights \(usual.weights)",
  ].compactMap { $0 }
  let reason =
    policy.reducesRange
    ? "; this processor has no VNNI and adds byte products in 16 bits, so activations keep to 7 bits" : ""
  return "grids of \(policy.backend.rawValue): activations \(grids.activations), weights \(grids.weights)"
    + " (x86 in 8 bits: " + sentence(differences) + ")" + reason
}

/// The grids of a policy's layers between the first and the last, in words.
private struct GridWords: Equatable {
  var activations: String
  var weights: String

  init(_ policy: QuantizationPolicy) {
    let positive = policy.activationGrid(bits: policy.activationBits, isPositive: true)
    let weight = policy.weightGrid(bits: policy.weightBits)
    let shift = policy.powerOfTwo ? ", scales powers of two" : ""
    activations =
      "\(positive.minimum)…\(positive.maximum) "
      + (positive.symmetric ? "around zero" : "with a zero point") + shift
    weights =
      "\(weight.minimum)…\(weight.maximum) with "
      + (weight.perChannel ? "a scale a channel" : "one scale a layer") + shift
  }
}

private func endsNote(_ policy: QuantizationPolicy, _ graph: Graph, _ admitsWidths: Bool) -> String? {
  guard policy.keepsEnds, min(policy.weightBits, policy.activationBits) < 8 else { return nil }
  let layers = graph.nodes.filter(\.operation.hasWeights).map(\.name)
  var ends = [layers.first, layers.last].compactMap { $0 }
    .filter { name in !policy.rules.contains { $0.fits(name) } }
  if ends.count == 2, ends[0] == ends[1] { ends.removeLast() }
  guard !ends.isEmpty else { return nil }
  let bits = min(policy.weightBits, policy.activationBits)
  let other = ends.map { "\($0): \(bits)" }.joined(separator: ", ")
  return "\(sentence(ends)) \(ends.count == 1 ? "stays" : "stay") at 8 bits, as is usual for the first and "
    + "last layer" + (admitsWidths ? " (else: bits(\(other), rest: \(bits)))" : "")
}

private func keptNote(_ policy: QuantizationPolicy, _ graph: Graph) -> String? {
  let precisions = layerPrecisions(of: graph, policy: policy).sorted { $0.key < $1.key }
  let kept = precisions.compactMap { id, precision -> String? in
    guard case .float(let storage) = precision else { return nil }
    return graph.nodes[id].name + (storage == .float32 ? "" : " (stored as \(storage.rawValue))")
  }
  guard !kept.isEmpty else { return nil }
  let quantized = precisions.count - kept.count
  return "\(sentence(kept)) \(kept.count == 1 ? "stays" : "stay") in float, "
    + "\(counted(quantized, "layer")) of \(precisions.count) \(quantized == 1 ? "is" : "are") quantized"
}
