import GraphIR
package import Language
import Quantization
import Text

/// Why options can't decide the grids of a network.
package enum PolicyError: Error {
  /// A name that no layer with weights has, or a pattern that fits none.
  case unknownLayer(Word, known: [String], network: String)
  case widthWithoutLayer(Expression)
  case notALayer(Expression)
  /// The same under `freeze`.
  case notAFrozenLayer(Expression)
  case notAFormat(Expression, layer: String)
  /// The same name or pattern under `keep` and under `bits`.
  case keptAndQuantized(Word)
  case bothGranularities(SourceRange)
  /// Activation grids with and without a zero point.
  case bothSymmetries(SourceRange)
  /// The backend's activation grids have no zero point.
  case noZeroPoint(SourceRange, backend: String)
  /// The scheme trains ranges whose zero point stays at 0.
  case zeroPointFixed(SourceRange, scheme: String)
  case noNarrowKernels(SourceRange, backend: String, bits: Int, layer: String)
  case nothingQuantized(SourceRange)
  /// An option that settles widths beside a ladder, which does too.
  case ladderAndWidth(SourceRange, option: String)
  case ladderTooShort(SourceRange, width: Int?)
  case ladderNotFalling(SourceRange, width: Int, before: Int)
  case ladderWithLayer(Word)
  /// `epochs` is the least number that gives each rung a step.
  case ladderLongerThanRun(SourceRange, rungs: Int, steps: Int, epochs: Int)
}

extension PolicyError: DiagnosedError {
  package var diagnostic: Diagnostic {
    switch self {
    case .unknownLayer(let word, let known, let network): unknownLayer(word, known, network)
    case .widthWithoutLayer(let expression):
      complaint(
        "missing-layer", "bits(…) needs the name of a layer with each width, not \(expression.words)",
        at: expression.range,
        remedy: "for all layers write bits 4 without parentheses; else name them: bits(conv1: 8, rest: 4)")
    case .notALayer(let expression):
      complaint(
        "wrong-type", "keep(…) takes the names of layers, not \(expression.words)", at: expression.range,
        remedy: "try: keep(conv1, fc: bf16)")
    case .notAFrozenLayer(let expression):
      complaint(
        "wrong-type", "freeze takes the names of layers alone, not \(expression.words)",
        at: expression.range, remedy: "try: freeze(conv1, layer1.*)")
    case .notAFormat(let expression, let layer):
      complaint(
        "wrong-type", "a layer is kept as \(formats), not as \(expression.words)", at: expression.range,
        remedy: "try: keep(\(layer): bf16)")
    case .keptAndQuantized(let word):
      complaint(
        "kept-and-quantized", "\(quoted(word.text)) is kept in float here, and given a width under bits",
        at: word.range, remedy: "leave out one of the two")
    case .bothGranularities(let range):
      complaint(
        "contrary-options", "per-channel and per-tensor exclude each other", at: range,
        remedy: "leave out one of the two")
    case .bothSymmetries(let range):
      complaint(
        "contrary-options", "affine and symmetric exclude each other", at: range,
        remedy: "leave out one of the two")
    case .noZeroPoint(let range, let backend):
      complaint(
        "no-zero-point",
        "\(backend) has no affine activations: its integer kernels take codes around zero, without a zero point",
        at: range, remedy: "leave affine out, or write backend \(affineBackends)")
    case .zeroPointFixed(let range, let scheme):
      complaint(
        "no-zero-point", "scheme \(scheme) trains the scale of a grid and keeps its zero point at 0",
        at: range,
        remedy: "leave affine out, or take scheme \(QuantizationPolicy.Scheme.movingAverage.rawValue)")
    case .noNarrowKernels(let range, let backend, let bits, let layer):
      complaint(
        "no-narrow-kernels", "\(backend) has no kernels for \(bits) bits, which \(layer) would need",
        at: range, remedy: "it computes in 8 bits alone: write bits 8, or backend \(narrowBackends)")
    case .nothingQuantized(let range):
      complaint(
        "nothing-quantized", "every layer is kept in float, so nothing is left to quantize", at: range,
        remedy: "keep fewer layers, such as the first and the last")
    case .ladderAndWidth(let range, let option):
      complaint(
        "ladder-and-width", "ladder settles the widths of weights and activations, and \(option) does too",
        at: range, remedy: "leave out one of the two; a layer can stay in float beside a ladder: keep(LAYER)")
    case .ladderTooShort(let range, let width):
      complaint(
        "short-ladder", "a ladder goes down, so it needs two widths or more", at: range,
        remedy: "try: ladder(8, 6, 4); for one width all the time: bits \(width ?? 4)")
    case .ladderNotFalling(let range, let width, let before):
      complaint(
        "ladder-not-falling", "a ladder goes down, and \(width) is not less than the \(before) before it",
        at: range, remedy: "write the widths from the widest to the narrowest: ladder(8, 6, 4)")
    case .ladderWithLayer(let word):
      complaint(
        "ladder-with-layer",
        "the rungs of a ladder are widths of all layers, so \(quoted(word.text)) has no place",
        at: word.range, remedy: "write the widths alone: ladder(8, 6, 4)")
    case .ladderLongerThanRun(let range, let rungs, let steps, let epochs):
      complaint(
        "ladder-longer-than-run",
        "\(rungs) rungs need a step each, and the run has \(counted(steps, "step")) in all", at: range,
        remedy: "write epochs \(epochs) or more, or a smaller batch")
    }
  }

  private func unknownLayer(_ word: Word, _ known: [String], _ network: String) -> Diagnostic {
    if word.text.contains("*") {
      return complaint(
        "unknown-layer", "no layer of \(network) fits \(quoted(word.text))", at: word.range,
        remedy: "its layers: " + shortened(known))
    }
    let near =
      nearName(word.text, known)
      ?? known.first { $0.hasSuffix("." + word.text) || $0.hasPrefix(word.text + ".") }
    return complaint(
      "unknown-layer", "\(network) has no layer \(quoted(word.text)) with weights", at: word.range,
      remedy: near == nil ? "its layers: " + shortened(known) : nil, suggestion: near)
  }

  private var formats: String { sentence(storageChoices.map(\.name), "or") }

  private var affineBackends: String {
    sentence(QuantizationBackend.allCases.filter { !$0.activationGrid().symmetric }.map(\.rawValue), "or")
  }

  private var narrowBackends: String {
    sentence(QuantizationBackend.allCases.filter(\.hasNarrowWidths).map(\.rawValue), "or")
  }
}

/// As many names as a line holds.
private func shortened(_ names: [String]) -> String {
  let most = 12
  return names.count > most
    ? names.prefix(most).joined(separator: ", ") + ", … (\(names.count) in all)" : sentence(names)
}
