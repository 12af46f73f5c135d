package import Language

/// A kind of finding: its id, what it says, and how a run's figures show it.
///
/// Adding one: its file here, a line in the catalogue, and a test.
package struct FindingKind: Sendable {
  /// A kebab-case word.
  package var id: String
  package var severity: Diagnostic.Severity
  /// What it means, for help.
  package var summary: String
  /// Looks for it in what a run came to; nil of a kind that is found on another way: before the run, in its terms, in an
  /// integer model beside its fake-quantized form, in the data.
  var look: (@Sendable (RunEvidence) -> Sighting?)?

  init(
    _ id: String, _ summary: String, severity: Diagnostic.Severity = .warning,
    look: (@Sendable (RunEvidence) -> Sighting?)? = nil
  ) {
    self.id = id
    self.severity = severity
    self.summary = summary
    self.look = look
  }

  /// In the order in which a run's findings are told: what explains others comes first.
  package static let catalogue: [FindingKind] =
    [
      .lossExploded, .accuracyFell, .lowBitsCollapse, .noBetterThanGuessing, .classNeverPredicted,
      .deadChannels,
      .heavyClipping, .batchNormOnOneValue, .fewCalibrationBatches, .overwhelmingTerm, .negligibleTerm,
      .lowAgreement, .constantImages,
    ] + causes

  /// What a run's figures show, without what only follows from something else that they show.
  package static func seen(in evidence: RunEvidence) -> [(kind: FindingKind, sighting: Sighting)] {
    var seen: [(kind: FindingKind, sighting: Sighting)] = []
    for kind in catalogue {
      guard let sighting = kind.look?(evidence) else { continue }
      let known = evidence.foundBefore + seen.map(\.kind.id)
      let isExplained = known.contains(where: kind.following.contains)
      if !isExplained { seen.append((kind, sighting)) }
    }
    return seen
  }

  /// Ids of kinds from which this one follows: a network that guesses leaves classes out, and that says no more.
  private var following: Set<String> {
    switch id {
    case FindingKind.lossExploded.id: [FindingKind.batchNormOnOneValue.id]
    case FindingKind.noBetterThanGuessing.id:
      [FindingKind.lossExploded.id, FindingKind.accuracyFell.id, FindingKind.batchNormOnOneValue.id]
    case FindingKind.classNeverPredicted.id:
      [
        FindingKind.lossExploded.id, FindingKind.accuracyFell.id, FindingKind.lowBitsCollapse.id,
        FindingKind.noBetterThanGuessing.id,
      ]
    default: []
    }
  }
}
