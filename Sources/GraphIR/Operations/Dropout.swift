/// Sets activations to zero at random while training, and passes them on unchanged in inference.
///
/// Each becomes zero with probability `rate`, else it is scaled by 1/(1 − rate) (Srivastava and others, 2014).
package struct Dropout: Hashable, Sendable, Codable {
  /// From 0 to below 1.
  package var rate: Float

  package init(rate: Float) { self.rate = rate }
}

extension Dropout: OperationTraits {
  package var shortName: String { "dropout" }
  package var words: String { "dropout \(rate)" }
  package var gridEffect: GridEffect { .keeps }
  package var isHomogeneous: Bool { true }
  package var isPossible: Bool { rate >= 0 && rate < 1 }
}
