/// KL(softmax(t) ‖ softmax(s)): SoftTarget at temperature 1, one direction of Zhang, Xiang, Hospedales, Lu:
/// "Deep Mutual Learning", CVPR 2018.
struct Mutual: LogitLoss {
  func evaluate(_ row: LogitRow, _ scratch: inout DistillationScratch) -> LossParts {
    SoftTarget(temperature: 1).evaluate(row, &scratch)
  }
}

extension LossEntry {
  package static let mutual = LossEntry(
    name: "Mutual", summary: "divergence from the teacher's probabilities as they are: SoftTarget at T = 1",
    source: "Zhang et al.: Deep Mutual Learning, CVPR 2018 (the student's half)", parameters: []
  ) { _ in .logits(Mutual()) }
}
