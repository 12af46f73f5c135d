/// A distillation loss and its two parts, means over the batch, with every factor of the loss applied.
package struct LossParts: Hashable, Sendable {
  /// The value of the loss: target + nonTarget.
  package var total: Double
  /// What the class of the label contributes: α·T²·TCKD for DKD, the first term of NKD.
  package var target: Double
  /// What the other classes contribute: β·T²·NCKD for DKD, the second term of NKD.
  package var nonTarget: Double

  package init(target: Double, nonTarget: Double) {
    total = target + nonTarget
    self.target = target
    self.nonTarget = nonTarget
  }

  static let zero = LossParts(target: 0, nonTarget: 0)

  mutating func add(_ other: LossParts) {
    self = LossParts(target: target + other.target, nonTarget: nonTarget + other.nonTarget)
  }

  func divided(by count: Int) -> LossParts {
    LossParts(target: target / Double(count), nonTarget: nonTarget / Double(count))
  }
}

/// One image's logits from both networks, its label, and where its gradient goes.
struct LogitRow {
  var student: UnsafeBufferPointer<Float>
  var teacher: UnsafeBufferPointer<Float>
  var label: Int
  var gradient: UnsafeMutableBufferPointer<Float>
  /// Images in the batch: gradients are those of the mean.
  var batch: Int
}
