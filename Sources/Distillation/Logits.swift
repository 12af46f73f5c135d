/// Mean over batch and classes of (s − t)², from Ba, Caruana: "Do Deep Nets Really Need to be Deep?", 2014.
struct Logits: LogitLoss {
  func evaluate(_ row: LogitRow, _ scratch: inout DistillationScratch) -> LossParts {
    let classes = Double(row.student.count)
    let scale = 2 / (classes * Double(row.batch))
    var parts = LossParts.zero
    for index in row.gradient.indices {
      let difference = Double(row.student[index]) - Double(row.teacher[index])
      row.gradient[index] = Float(scale * difference)
      let share = difference * difference / classes
      parts.add(
        index == row.label
          ? LossParts(target: share, nonTarget: 0) : LossParts(target: 0, nonTarget: share))
    }
    return parts
  }
}

extension LossEntry {
  package static let logits = LossEntry(
    name: "Logits", summary: "mean squared distance of the logits themselves",
    source: "Ba, Caruana: Do Deep Nets Really Need to be Deep?, NIPS 2014", parameters: []
  ) { _ in .logits(Logits()) }
}
