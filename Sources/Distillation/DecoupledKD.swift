/// T²·(α·TCKD + β·NCKD), from Zhao, Cui, Song, Qiu, Liang: "Decoupled Knowledge Distillation", CVPR 2022.
///
/// TCKD is the divergence of the pairs [p(y), 1 − p(y)], NCKD that of the softmax over the classes other than
/// y. No probability is clamped: 1 − p(y) comes from log-sum-exp over those classes.
struct DecoupledKD: LogitLoss {
  var temperature: Double
  var alpha: Double
  var beta: Double

  func evaluate(_ row: LogitRow, _ scratch: inout DistillationScratch) -> LossParts {
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
}

/// p_s(y) − p_t(y), from whichever of p and 1 − p is the smaller, so that nothing cancels near 1.
private func targetDifference(_ split: (student: TargetSplit, teacher: TargetSplit)) -> Double {
  split.teacher.target > 0.5 && split.student.target > 0.5
    ? split.teacher.rest - split.student.rest : split.student.target - split.teacher.target
}

extension LossEntry {
  package static let decoupledKD = LossEntry(
    name: "DecoupledKD", summary: "target and other classes weighted apart: T²·(α·TCKD + β·NCKD)",
    source: "Zhao et al.: Decoupled Knowledge Distillation, CVPR 2022",
    parameters: [
      .temperature(4),
      LossParameter(
        label: "alpha", kind: .number(default: 1, range: 0...1000), summary: "weight of the target class"),
      LossParameter(
        label: "beta", kind: .number(default: 8, range: 0...1000), summary: "weight of the other classes"),
      LossParameter(
        label: "normalize", kind: .variant(LossEntry.nkd.name),
        summary: "true makes it NKD, whose parameters then apply: T and gamma"),
    ],
    fewClasses: FewClasses(
      count: 2, id: "decoupled-with-two-classes",
      message: "with two classes DecoupledKD is SoftTarget again, times alpha",
      note: "beside the target there is one class alone, so beta weighs a part that is always zero")
  ) { .logits(DecoupledKD(temperature: $0["T"], alpha: $0["alpha"], beta: $0["beta"])) }
}
