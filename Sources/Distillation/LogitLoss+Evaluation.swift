extension LogitLoss {
  /// Mean over the batch of the loss, and its gradient with respect to the student's logits.
  ///
  /// `student`, `teacher` and `gradient` are row-major [batch, classes], `labels` holds numbers in
  /// 0..<classes. The gradient is overwritten. The arithmetic is in double precision and finite for all
  /// finite logits; nothing is allocated. An empty batch has the loss 0.
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
      sum.add(parts(row, &scratch))
    }
    return sum.divided(by: labels.count)
  }

  private func parts(_ row: LogitRow, _ scratch: inout DistillationScratch) -> LossParts {
    switch self {
    case .softTarget(let temperature): evaluateSoftTarget(row, temperature, &scratch)
    case .decoupledKD(let temperature, let alpha, let beta):
      evaluateDecoupledKD(row, temperature, alpha, beta, &scratch)
    case .nkd(let temperature, let gamma): evaluateNKD(row, temperature, gamma, &scratch)
    case .logits: evaluateLogits(row)
    case .mutual: evaluateMutual(row, &scratch)
    }
  }
}
