import Execution

/// What each part of the blend contributes, on one batch at the terms' full weights.
package struct BlendReport: Sendable {
  package struct Part: Sendable {
    /// What the part adds to the blended loss.
    package var loss: Double
    /// Euclidean norm of what it adds to the gradient of all parameters.
    package var gradientNorm: Double
  }

  package struct Term: Sendable {
    package var name: String
    package var part: Part
    /// Mean factor on the images' losses; 1 at the paper's scale.
    package var scale: Double
  }

  /// Epoch that has ended, from 1.
  package var epoch: Int
  package var task: Part
  package var terms: [Term]

  /// A term's gradient beside the task's; nil where the task has none, or no share in the blend.
  package func ratio(of term: Term) -> Double? {
    task.gradientNorm > 0 ? term.part.gradientNorm / task.gradientNorm : nil
  }

  /// Terms whose gradient is less than this share of the task's hardly guide.
  package static let negligible = 0.01
  /// Terms whose gradient is more than this multiple of the task's leave it no say.
  package static let overwhelming = 10.0
}

extension BlendedLoss {
  /// Runs both passes for the task and for each term alone on the images that the plan holds; parameters and
  /// statistics are as before.
  func report(
    _ plan: TrainingPlan, labels: UnsafeBufferPointer<Int32>, names: [String], epoch: Int
  ) throws -> BlendReport {
    let saved = try plan.exportParameters()
    func gradientNorm(_ part: Part) throws -> (value: Value, norm: Double) {
      try plan.forward()
      let value = try evaluate(plan, labels: labels, progress: nil, part: part)
      try plan.backward()
      return (value, plan.gradientNorm)
    }
    let (value, norm) = try gradientNorm(.task)
    var report = BlendReport(
      epoch: epoch, task: BlendReport.Part(loss: (1 - fullWeight) * value.task, gradientNorm: norm), terms: []
    )
    for (index, name) in names.enumerated() {
      let norm = try gradientNorm(.term(index)).norm
      report.terms.append(
        BlendReport.Term(
          name: name,
          part: BlendReport.Part(loss: blendedTermLoss(index), gradientNorm: norm),
          scale: termScales[index]))
    }
    try plan.load(saved)
    return report
  }
}
