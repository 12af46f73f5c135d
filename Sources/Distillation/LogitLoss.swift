/// A loss between student and teacher logits, summed over the images.
package protocol LogitLoss: Sendable {
  /// One image's loss; overwrites its gradient by that of the mean over `row.batch` images.
  ///
  /// In double precision, finite for all finite logits, without allocating.
  func evaluate(_ row: LogitRow, _ scratch: inout DistillationScratch) -> LossParts
}

/// One image's logits from both networks, its label, and where its gradient goes.
package struct LogitRow {
  package var student: UnsafeBufferPointer<Float>
  package var teacher: UnsafeBufferPointer<Float>
  package var label: Int
  package var gradient: UnsafeMutableBufferPointer<Float>
  /// Images in the batch: gradients are those of the mean.
  package var batch: Int
}

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

extension LogitLoss {
  /// Mean over the batch of the loss, and its gradient with respect to the student's logits.
  ///
  /// `student`, `teacher` and `gradient` are row-major [batch, classes], `labels` holds numbers in
  /// 0..<classes. The gradient is overwritten. An empty batch has the loss 0.
  package func evaluate(
    student: UnsafeBufferPointer<Float>, teacher: UnsafeBufferPointer<Float>,
    labels: UnsafeBufferPointer<Int32>, classes: Int, scratch: inout DistillationScratch,
    gradient: UnsafeMutableBufferPointer<Float>
  ) -> LossParts {
    precondition(scratch.classes == classes, "the scratch was made for another number of classes")
    precondition(
      student.count == labels.count * classes && teacher.count == student.count
        && gradient.count == student.count, "logits, labels and gradient differ in size")
    guard !labels.isEmpty else { return .zero }
    var sum = LossParts.zero
    for image in 0..<labels.count {
      let range = image * classes..<(image + 1) * classes
      let row = LogitRow(
        student: UnsafeBufferPointer(rebasing: student[range]),
        teacher: UnsafeBufferPointer(rebasing: teacher[range]), label: Int(labels[image]),
        gradient: UnsafeMutableBufferPointer(rebasing: gradient[range]), batch: labels.count)
      precondition(row.label >= 0 && row.label < classes, "a label lies outside the classes")
      sum.add(evaluate(row, &scratch))
    }
    return sum.divided(by: labels.count)
  }
}
