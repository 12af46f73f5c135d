/// T²·(α·TCKD + β·NCKD), from Zhao, Cui, Song, Qiu, Liang: "Decoupled Knowledge Distillation", CVPR 2022.
///
/// TCKD is the divergence of the pairs [p(y), 1 − p(y)], NCKD that of the softmax over the classes other than
/// y. No probability is clamped: 1 − p(y) comes from log-sum-exp over those classes.
func evaluateDecoupledKD(
  _ row: LogitRow, _ temperature: Double, _ alpha: Double, _ beta: Double,
  _ scratch: inout DistillationScratch
) -> LossParts {
  let split = splitSoftmax(row, temperature, &scratch)
  let scale = temperature / Double(row.batch)
  // d TCKD: p_s(y) − p_t(y) for the target; the same amount, in proportion to q_s, taken from the others.
  let pull = targetDifference(split)
  for index in row.gradient.indices {
    let student = scratch.studentRest.probabilities[index]
    let teacher = scratch.teacherRest.probabilities[index]
    row.gradient[index] = Float(scale * (beta * (student - teacher) - alpha * pull * student))
  }
  row.gradient[row.label] = Float(scale * alpha * pull)
  let square = temperature * temperature
  return LossParts(
    target: alpha * square * split.teacher.divergence(from: split.student),
    nonTarget: beta * square * scratch.teacherRest.divergence(from: scratch.studentRest))
}

/// p_s(y) − p_t(y), from whichever of p and 1 − p is the smaller, so that nothing cancels near 1.
private func targetDifference(_ split: (student: TargetSplit, teacher: TargetSplit)) -> Double {
  split.teacher.target > 0.5 && split.student.target > 0.5
    ? split.teacher.rest - split.student.rest : split.student.target - split.teacher.target
}

extension LogitLoss {
  /// True where the loss is SoftTarget at the same temperature, because with two classes a single one is left
  /// beside the target: NCKD is 0, β has no effect, and TCKD is the whole divergence, times α.
  package func reducesToSoftTarget(classes: Int) -> Bool {
    switch self {
    case .decoupledKD: classes == 2
    case .softTarget, .nkd, .logits, .mutual: false
    }
  }
}

extension LossEntry {
  static let decoupledKD = LossEntry(
    name: "DecoupledKD", summary: "target and other classes weighted apart: T²·(α·TCKD + β·NCKD)",
    source: "Zhao et al.: Decoupled Knowledge Distillation, CVPR 2022",
    parameters: [
      .temperature(4),
      LossParameter(
        label: "alpha", kind: .number(default: 1, range: 0...1000), summary: "weight of the target class"),
      LossParameter(
        label: "beta", kind: .number(default: 8, range: 0...1000), summary: "weight of the other classes"),
      LossParameter(
        label: "normalize", kind: .flag(default: false),
        summary: "true makes it NKD, whose parameters then apply: T and gamma"),
    ]
  ) { arguments in
    .logit(
      .decoupledKD(
        temperature: arguments.number("T"), alpha: arguments.number("alpha"), beta: arguments.number("beta")))
  }
}
