/// Sets activations to zero with probability `rate` while training, and scales the others by 1/(1 − rate)
/// (Srivastava et al. 2014); passes them on unchanged in inference.
package struct Dropout: Hashable, Sendable, Codable {
  /// From 0 to below 1.
  package var rate: Float

  package init(rate: Float) { self.rate = rate }
}
