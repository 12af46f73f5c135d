/// −p_t(y)·log p_s(y) − γ·T²·Σ_{i≠y} q_t,i·log q_s,i, from Yang, Zeng, Li, Zhang, Yuan, Li: "From Knowledge
/// Distillation to Self-Knowledge Distillation: A Unified Approach with Normalized Loss and Customized Soft
/// Labels", ICCV 2023.
///
/// p is the softmax at temperature 1, q the softmax at T over the classes other than the label y.
struct NKD: LogitLoss {
  var temperature: Double
  var gamma: Double

  func evaluate(_ row: LogitRow, _ scratch: inout DistillationScratch) -> LossParts {
    scratch.student.setSoftmax(of: row.student, temperature: 1)
    scratch.teacher.setSoftmax(of: row.teacher, temperature: 1)
    scratch.studentRest.setSoftmax(of: row.student, temperature: temperature, excluding: row.label)
    scratch.teacherRest.setSoftmax(of: row.teacher, temperature: temperature, excluding: row.label)
    let weight = scratch.teacher.probabilities[row.label]
    let batch = Double(row.batch)
    for index in row.gradient.indices {
      let expected = index == row.label ? 1.0 : 0.0
      let target = weight * (scratch.student.probabilities[index] - expected)
      let rest = scratch.studentRest.probabilities[index] - scratch.teacherRest.probabilities[index]
      row.gradient[index] = Float((target + gamma * temperature * rest) / batch)
    }
    return LossParts(
      target: -weight * scratch.student.logarithms[row.label],
      nonTarget: gamma * temperature * temperature
        * scratch.teacherRest.crossEntropy(with: scratch.studentRest))
  }
}

extension LossEntry {
  package static let nkd = LossEntry(
    name: "NKD", summary: "cross-entropy weighted by the teacher, and between the normalised other classes",
    source: "Yang et al.: From Knowledge Distillation to Self-Knowledge Distillation, ICCV 2023",
    parameters: [
      .temperature(1),
      LossParameter(
        label: "gamma", kind: .number(default: 1.5, range: 0...1000), summary: "weight of the other classes"),
    ]
  ) { .logits(NKD(temperature: $0["T"], gamma: $0["gamma"])) }
}
