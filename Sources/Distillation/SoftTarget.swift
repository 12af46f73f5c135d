/// T²·KL(softmax(t/T) ‖ softmax(s/T)), from Hinton, Vinyals, Dean: "Distilling the Knowledge in a Neural
/// Network", 2015.
///
/// The parts follow from KL = TCKD + (1 − p_t(y))·NCKD (Zhao et al., 2022, equation 5).
struct SoftTarget: LogitLoss {
  var temperature: Double

  func evaluate(_ row: LogitRow, _ scratch: inout DistillationScratch) -> LossParts {
    let split = splitSoftmax(row, temperature, &scratch)
    let scale = temperature / Double(row.batch)
    for index in row.gradient.indices {
      let difference = scratch.student.probabilities[index] - scratch.teacher.probabilities[index]
      row.gradient[index] = Float(scale * difference)
    }
    let square = temperature * temperature
    let target = square * split.teacher.divergence(from: split.student)
    let nonTarget = square * split.teacher.rest * scratch.teacherRest.divergence(from: scratch.studentRest)
    return LossParts(target: target, nonTarget: nonTarget)
  }
}

/// Fills the scratch with both networks' softmax at a temperature, over all classes and over all but the
/// label's, and returns both as target and rest.
func splitSoftmax(
  _ row: LogitRow, _ temperature: Double, _ scratch: inout DistillationScratch
) -> (student: TargetSplit, teacher: TargetSplit) {
  let studentAll = scratch.student.setSoftmax(of: row.student, temperature: temperature)
  let teacherAll = scratch.teacher.setSoftmax(of: row.teacher, temperature: temperature)
  let studentRest = scratch.studentRest.setSoftmax(
    of: row.student, temperature: temperature, excluding: row.label)
  let teacherRest = scratch.teacherRest.setSoftmax(
    of: row.teacher, temperature: temperature, excluding: row.label)
  return (
    TargetSplit(
      all: scratch.student, target: row.label, sumOfAll: studentAll, sumOfRest: studentRest),
    TargetSplit(
      all: scratch.teacher, target: row.label, sumOfAll: teacherAll, sumOfRest: teacherRest)
  )
}

extension LossEntry {
  package static let softTarget = LossEntry(
    name: "SoftTarget", summary: "the student imitates the teacher's softened probabilities: T²·KL",
    source: "Hinton, Vinyals, Dean: Distilling the Knowledge in a Neural Network, 2015",
    parameters: [.temperature(5)]
  ) { .logits(SoftTarget(temperature: $0["T"])) }
}
