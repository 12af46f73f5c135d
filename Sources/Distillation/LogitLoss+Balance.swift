/// How large a loss of logits is beside the task's.
package enum LossScale: String, Hashable, Sendable, Codable, CaseIterable {
  /// As its publication has it.
  case paper
  /// Image by image no larger, in its gradient at the logits, than the task.
  case balanced
}

extension LogitLoss {
  /// The loss with each image's share scaled by c = min(1, ‖g‖ / ‖h‖), where g is the gradient of the image's task at
  /// the logits and h that of its distillation, both Euclidean norms over the classes.
  ///
  /// Where the label asks for little, so does the teacher; c counts as a constant in the gradient. All buffers are
  /// row-major [batch, classes]; `task` is the gradient of the mean task loss and `gradient` is overwritten by that of
  /// the mean Σ c·loss / batch. Returns that mean and the mean of c; an empty batch has the loss 0.
  package func evaluateBalanced(
    student: UnsafeBufferPointer<Float>, teacher: UnsafeBufferPointer<Float>,
    labels: UnsafeBufferPointer<Int32>, classes: Int, task: UnsafeBufferPointer<Float>,
    scratch: inout DistillationScratch, gradient: UnsafeMutableBufferPointer<Float>
  ) -> (loss: Double, scale: Double) {
    precondition(task.count == gradient.count, "the gradients differ in size")
    guard !labels.isEmpty else { return (0, 1) }
    let batch = Double(labels.count)
    var (loss, scales) = (0.0, 0.0)
    for image in labels.indices {
      let row = image * classes..<(image + 1) * classes
      let target = UnsafeMutableBufferPointer(rebasing: gradient[row])
      let parts = evaluate(
        student: UnsafeBufferPointer(rebasing: student[row]),
        teacher: UnsafeBufferPointer(rebasing: teacher[row]),
        labels: UnsafeBufferPointer(rebasing: labels[image..<image + 1]), classes: classes,
        scratch: &scratch, gradient: target)
      let own = norm(UnsafeBufferPointer(target))
      // The task's gradient is that of a mean, the image's own is of one.
      let wanted = batch * norm(UnsafeBufferPointer(rebasing: task[row]))
      let scale = own > wanted ? wanted / own : 1
      for index in target.indices { target[index] *= Float(scale / batch) }
      loss += scale * parts.total
      scales += scale
    }
    return (loss / batch, scales / batch)
  }
}

private func norm(_ values: UnsafeBufferPointer<Float>) -> Double {
  var sum = 0.0
  for value in values { sum += Double(value) * Double(value) }
  return sum.squareRoot()
}
