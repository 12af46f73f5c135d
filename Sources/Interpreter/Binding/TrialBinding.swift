import GraphIR
import Language
import Quantization

extension Keyword {
  static let trialBits = Keyword(
    "bits", .width, otherwise: "8", example: "4", "width of weights and activations")
  static let trialImages = Keyword(
    "images", .count(1...1_000_000), otherwise: "1,000", example: "2000",
    "how many of the first test images each trial classifies")
  static let target = Keyword(
    "target", .real(.closed(0, 1)), otherwise: "0.5%", example: "0.5%",
    "loss of accuracy that is accepted, in points of a hundred")

  /// Options that settle the grids of every layer alike.
  static let trialGrids: [Keyword] = [.perTensor, .perChannel, .symmetric, .affine, .backend]

  /// Images of a trial where none are asked for.
  static let defaultTrialImages = 1_000
}

/// A loss of accuracy as a share; throws where a number of points was written without its sign.
func acceptedLoss(_ arguments: Arguments, _ keyword: Keyword, otherwise: Double) throws(StatementError)
  -> Double
{
  guard let share = arguments.real(keyword), let range = arguments.range(of: keyword) else {
    return otherwise
  }
  guard share < 0.5 else { throw .anyLossAccepted(range, option: keyword.name, share: share) }
  return share
}

/// The policy that a statement's options ask for, in one width for every layer.
func trialPolicy(_ arguments: Arguments, graph: Graph) throws -> QuantizationPolicy {
  var policy = try policy(arguments, graph: graph)
  policy.keepsEnds = false
  return policy
}

/// The name of the float model that a word leads to, that of itself or of one that it was made from; without a word,
/// of the float model made last.
func floatName(_ word: String?, _ known: KnownNames) -> String? {
  guard let word else { return known.newest(.float)?.name }
  return known.model(named: word)?.kind == .float ? word : known.origin(of: word, kind: .float)?.name
}

/// What a command uses that looks for a float model: what was named, and what that was made from.
func floatModelUses(_ word: String?, _ known: KnownNames) -> Set<SessionName> {
  let named = [word ?? floatName(nil, known)].compactMap { $0 }
  return Set(known.lineage(of: named).filter(known.knows).map(SessionName.model))
}

extension Workspace {
  /// The float model that a word names, or that the quantized model which it names was made from.
  ///
  /// Without a word, the float model made last.
  func floatModel(_ word: Word?, verb: Word) throws -> (entry: ModelEntry, note: String?) {
    guard let word else {
      guard let newest = newest(.float) else { throw ModelError.nothingToStartFrom(verb) }
      return (newest, "\(newest.name): the newest float model")
    }
    let entry = try model(word)
    if entry.kind == .float { return (entry, nil) }
    guard let start = origin(of: entry, kind: .float) else {
      throw ModelError.wrongModelKind(word, kind: entry.kind, wanted: [.float], floatModel: nil)
    }
    return (start, "\(start.name), the float model that \(entry.name) was made from, is looked at")
  }
}
